"""The owners' pages and the care tips in German: the English sentence, then ours."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

PAGES: Final[Mapping[str, str]] = MappingProxyType({
    # What every page says.
    "That did not work": "Das hat nicht geklappt",
    "Your visit is booked. You will get a message about it, too.": "Ihr Besuch ist gebucht. Sie bekommen dazu auch "
    "eine Nachricht.",
    "Thank you. Somebody will call you.": "Danke. Es wird Sie jemand anrufen.",
    "The visit is called off. If you change your mind, just call us.": "Der Besuch ist abgesagt. Wenn Sie es sich "
    "anders überlegen, rufen Sie uns einfach an.",
    "Thank you. We have noted your answer.": "Danke. Wir haben Ihre Antwort notiert.",
    "Thank you. We keep to that from now on.": "Danke. Daran halten wir uns von jetzt an.",
    "Thank you. Somebody will come as soon as possible, and you can choose when.": "Danke. Es kommt so bald wie "
    "möglich jemand, und Sie können wählen, wann.",
    "Thank you for your answer.": "Danke für Ihre Antwort.",
    "This link has expired or was ended. Please use the newest message from us, or call us.": "Dieser Link ist "
    "abgelaufen oder wurde beendet. Bitte nehmen Sie unsere neueste Nachricht, oder rufen Sie uns an.",
    "This link is not complete. Please open it again from the message, all of it.": "Dieser Link ist nicht "
    "vollständig. Bitte öffnen Sie ihn noch einmal aus der Nachricht, und zwar ganz.",
    "We cannot look this up at the moment. Please try again in a minute.": "Wir können das gerade nicht nachsehen. "
    "Bitte versuchen Sie es in einer Minute noch einmal.",
    "Something went wrong on our side. Please try again later, or call us.": "Bei uns ist etwas schiefgegangen. Bitte "
    "versuchen Sie es später noch einmal, oder rufen Sie uns an.",
    "There is nothing here.": "Hier ist nichts.",
    "This time has just been taken, or somebody is changing the visit right now. Please choose again.": "Diese Zeit "
    "ist gerade vergeben worden, oder jemand ändert den Besuch in diesem Augenblick. Bitte wählen Sie noch einmal.",
    "Please choose one of the times first.": "Bitte wählen Sie zuerst eine der Zeiten.",
    "A time cannot be chosen for this visit any more.": "Für diesen Besuch kann keine Zeit mehr gewählt werden.",
    "This time is past; please choose another one.": "Diese Zeit ist vorbei; bitte wählen Sie eine andere.",
    "This time has just been taken; please choose another one.": "Diese Zeit ist gerade vergeben worden; bitte wählen "
    "Sie eine andere.",
    "This visit cannot be called off here any more.": "Dieser Besuch kann hier nicht mehr abgesagt werden.",
    "Please choose one of the answers.": "Bitte wählen Sie eine der Antworten.",
    "Please choose what does not work first.": "Bitte wählen Sie zuerst, was nicht funktioniert.",
    "Please choose an appliance first.": "Bitte wählen Sie zuerst ein Gerät.",
    "This offer has ended meanwhile; please call us if you would still like it.": "Dieses Angebot ist inzwischen "
    "beendet; bitte rufen Sie an, wenn Sie es noch möchten.",
    "This answer cannot be changed here any more; please call us.": "Diese Antwort lässt sich hier nicht mehr ändern; "
    "bitte rufen Sie uns an.",
    "This needs no answer any more.": "Das braucht keine Antwort mehr.",
    "This link is not for that.": "Dafür ist dieser Link nicht.",
    "Talk to a person": "Mit einem Menschen sprechen",
    "us": "uns",
    "Call %(who)s: %(phone)s. Please name order %(number)s.": "Rufen Sie %(who)s an: %(phone)s. Bitte nennen Sie "
    "Auftrag %(number)s.",
    # A visit.
    "Your visit": "Ihr Besuch",
    "%(first)s to %(last)s": "%(first)s bis %(last)s",
    "More days": "Weitere Tage",
    "Please call me": "Bitte rufen Sie mich an",
    "This is a safety matter. If you call the visit off, somebody will ring you about it.": "Es geht um Ihre "
    "Sicherheit. Wenn Sie absagen, ruft Sie jemand deswegen an.",
    "If you like, tell us why:": "Wenn Sie mögen, sagen Sie uns, warum:",
    "Call the visit off": "Besuch absagen",
    "Your visit is booked": "Ihr Besuch ist gebucht",
    "Add to my calendar": "In meinen Kalender",
    "We are on our way": "Wir sind unterwegs",
    "We are with you": "Wir sind bei Ihnen",
    "The work is done": "Die Arbeit ist getan",
    "The readings show that it helped.": "Die Messwerte zeigen, dass es geholfen hat.",
    "We watch the readings to see whether it helped.": "Wir sehen an den Messwerten, ob es geholfen hat.",
    "No visit is planned": "Es ist kein Besuch geplant",
    "This visit was called off.": "Dieser Besuch wurde abgesagt.",
    "When may we come?": "Wann dürfen wir kommen?",
    "We are planning your visit": "Wir planen Ihren Besuch",
    "You will get a message as soon as you can choose a time.": "Sie bekommen eine Nachricht, sobald Sie eine Zeit "
    "wählen können.",
    "This is a safety matter. Please do not wait with it.": "Es geht um Ihre Sicherheit. Bitte warten Sie damit nicht.",
    "What for": "Wofür",
    "(we do it while we are there)": "(das machen wir gleich mit)",
    "Who comes": "Wer kommt",
    "%(outlet)s; the name is beside each time": "%(outlet)s; der Name steht bei jeder Zeit",
    "How long": "Wie lange",
    "about %(length)s": "etwa %(length)s",
    "Cost": "Kosten",
    "Nothing: it is under warranty.": "Keine: Es gilt die Garantie.",
    "Part of it is under warranty. For the rest we tell you the price before we begin, and you can say no.": "Für "
    "einen Teil gilt die Garantie. Für den Rest nennen wir den Preis, bevor wir anfangen, und Sie können nein sagen.",
    "Not known yet. We tell you the price before we begin, and you can say no.": "Noch nicht bekannt. Wir nennen den "
    "Preis, bevor wir anfangen, und Sie können nein sagen.",
    "Choose a time": "Zeit wählen",
    "Book this time": "Diese Zeit buchen",
    "None of these times fits": "Keine dieser Zeiten passt",
    "When would suit you? We call you and find a time.": "Wann würde es passen? Wir rufen an und finden eine Zeit.",
    "There is no free time in the next days that we could offer here.": "In den nächsten Tagen ist keine Zeit frei, "
    "die wir hier anbieten könnten.",
    "Let us find a time together": "Finden wir zusammen eine Zeit",
    "When would suit you?": "Wann würde es Ihnen passen?",
    "I do not want this visit": "Ich möchte diesen Besuch nicht",
    "I do not want this visit any more": "Ich möchte diesen Besuch nicht mehr",
    "Choose another time": "Andere Zeit wählen",
    "Move the visit": "Besuch verschieben",
    "I have a question": "Ich habe eine Frage",
    "What would you like to know? We call you.": "Was möchten Sie wissen? Wir rufen Sie an.",
    "Use “Please call me” above, and somebody will ring you. Your order has the number %(number)s.": "Nutzen Sie oben "
    "„Bitte rufen Sie mich an“, dann meldet sich jemand. Ihr Auftrag hat die Nummer %(number)s.",
    # How it went.
    "How did it go?": "Wie war es?",
    "Thank you": "Danke",
    "You told us how it went.": "Sie haben uns gesagt, wie es war.",
    "There is nothing to answer any more.": "Es ist nichts mehr zu beantworten.",
    "Did it work?": "Hat es geholfen?",
    "Is everything working?": "Funktioniert alles?",
    "We were with you on %(day)s. One tap is enough.": "Wir waren am %(day)s bei Ihnen. Ein Tipp genügt.",
    "You put something right with our guidance. One tap is enough.": "Sie haben mit unserer Anleitung etwas behoben. "
    "Ein Tipp genügt.",
    "How was our service? (not needed)": "Wie war unser Service? (freiwillig)",
    "%(stars)s of 5": "%(stars)s von 5",
    "Yes, all is well": "Ja, alles in Ordnung",
    "Something to add? (not needed)": "Möchten Sie etwas hinzufügen? (freiwillig)",
    "No, something is not right": "Nein, etwas stimmt nicht",
    # The home.
    "Your home": "Ihr Zuhause",
    "You did this": "Das haben Sie getan",
    "You asked us to wait": "Sie baten uns zu warten",
    "Something to do": "Etwas zu tun",
    "Thank you. We watch the readings to see whether it helped.": "Danke. Wir sehen an den Messwerten, ob es geholfen "
    "hat.",
    "I have done it": "Ich habe es getan",
    "Remind me in a week": "In einer Woche erinnern",
    "I will not do it": "Ich tue es nicht",
    "Recall": "Rückruf",
    "This is a safety matter. Please say yes soon.": "Es geht um Ihre Sicherheit. Bitte sagen Sie bald ja.",
    "you said no. Call us if you change your mind.": "Sie haben nein gesagt. Rufen Sie an, wenn Sie es sich anders "
    "überlegen.",
    "you said yes": "Sie haben ja gesagt",
    "We will propose a time": "Wir schlagen eine Zeit vor",
    "Yes, please come": "Ja, bitte kommen Sie",
    "Yes, please": "Ja, bitte",
    "No, thank you": "Nein, danke",
    "I do not want it any more": "Ich möchte es nicht mehr",
    "Visits": "Besuche",
    "Order %(number)s": "Auftrag %(number)s",
    "No visit is planned.": "Es ist kein Besuch geplant.",
    "Please choose a time": "Bitte wählen Sie eine Zeit",
    "Booked": "Gebucht",
    "Done; we watch whether it helped": "Getan; wir sehen nach, ob es geholfen hat",
    "Done, and the readings show that it helped": "Getan, und die Messwerte zeigen, dass es geholfen hat",
    "We are planning it": "Wir planen ihn",
    "Show visits in my calendar": "Besuche in meinem Kalender zeigen",
    "My calendar asks for an address": "Mein Kalender fragt nach einer Adresse",
    "Copy this one. Who has it sees when we come, and can change nothing.": "Kopieren Sie diese. Wer sie hat, sieht, "
    "wann wir kommen, und kann nichts ändern.",
    "Address of the calendar": "Adresse des Kalenders",
    "What we see": "Was wir sehen",
    "nothing unusual": "nichts Ungewöhnliches",
    "Electrical health of my home (PDF)": "Elektrische Sicherheit meines Zuhauses (PDF, englisch)",
    "Something does not work?": "Etwas funktioniert nicht?",
    "Smoke, a smell of burning or gas, water near a socket: leave it alone, get out and call the emergency number "
    "first.":
    "Rauch, Brand- oder Gasgeruch, Wasser an einer Steckdose: nichts anfassen, hinausgehen und zuerst den Notruf "
    "wählen.",
    "What does not work?": "Was funktioniert nicht?",
    "we know already": "wissen wir schon",
    "What do you see, hear or smell?": "Was sehen, hören oder riechen Sie?",
    "Send somebody": "Schicken Sie jemanden",
    "We know of no appliance in your home yet. Please call us.": "Wir kennen noch kein Gerät bei Ihnen. Bitte rufen "
    "Sie uns an.",
    "What may we write to you about?": "Wovon dürfen wir Ihnen schreiben?",
    "Offers for my appliances, such as a check before the season (at most one in 30 days)": "Angebote zu meinen "
    "Geräten, etwa eine Prüfung vor der Saison (höchstens eines in 30 Tagen)",
    "Care tips after a purchase and before a season (at most one in a fortnight)": "Pflegetipps nach einem Kauf und "
    "vor einer Saison (höchstens einer in zwei Wochen)",
    "Warnings, recalls and word about your visits come in any case.": "Warnungen, Rückrufe und Nachrichten zu Ihren "
    "Besuchen kommen auf jeden Fall.",
    "Keep this": "So festhalten",
})  # fmt: skip
TIPS: Final[Mapping[str, str]] = MappingProxyType({
    "ac_start": "Spülen Sie den Luftfilter alle paar Wochen aus, in denen das Gerät läuft; Wellkept sagt, wann.",
    "fridge_start": "5 °C oben und -18 °C unten genügen; lassen Sie hinter dem Kühlschrank eine Handbreit Luft.",
    "washer_start": "Lassen Sie die Tür nach dem Waschen offen und waschen Sie einmal im Monat bei 60 °C, damit innen "
    "nichts wächst.",
    "washer_filter": "Hinter der Klappe unten sitzt ein kleines Sieb: Sehen Sie alle paar Monate nach.",
    "dryer_start": "Leeren Sie das Flusensieb nach jeder Ladung; so trocknet er schneller und sicherer.",
    "dishwasher_start": "Stellen Sie die Wasserhärte ein, füllen Sie Salz und Klarspüler nach und spülen Sie das Sieb "
    "jede Woche.",
    "heater_start": "60 °C im Speicher halten Legionellen fern; heißer macht nur Kalk.",
    "purifier_start": "Saugen Sie den Vorfilter alle zwei Wochen ab; der Hauptfilter hält dann länger.",
    "hood_start": "Waschen Sie den Fettfilter einmal im Monat; ein voller nährt ein Feuer.",
    "ac_summer": "Vor der Hitze: Filter spülen, Außengerät von Laub befreien, eine Viertelstunde kühlen lassen.",
    "ac_winter": "Vor der Kälte: Wenn Sie damit heizen, probieren Sie es eine Viertelstunde; wenn nicht, lassen Sie "
    "das Gebläse es trocknen und nehmen Sie es vom Netz.",
    "fridge_summer": "Vor der Hitze: Saugen Sie das Gitter hinten ab; das spart Strom, wenn er am meisten arbeitet.",
    "heater_winter": "Vor der Kälte: Prüfen Sie das Sicherheitsventil; es sollte tropfen, wenn Sie es drehen.",
})  # fmt: skip
