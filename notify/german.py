"""What is said to people, in German."""

from types import MappingProxyType
from typing import Final

from notify.german_pages import PAGES, TIPS
from notify.phrase_book import Phrases

GERMAN: Final = Phrases(
    language="de",
    months=(
        "Januar", "Februar", "März", "April", "Mai", "Juni",
        "Juli", "August", "September", "Oktober", "November", "Dezember",
    ),
    day="{day}. {month} {year}",
    kinds=MappingProxyType({
        "air_conditioner": "Klimagerät", "refrigerator": "Kühlschrank", "washing_machine": "Waschmaschine",
        "dryer": "Trockner", "dishwasher": "Spülmaschine", "water_heater": "Warmwasserspeicher",
        "air_purifier": "Luftreiniger", "range_hood": "Dunstabzug", "circuit": "Stromkreis",
    }),
    signals=MappingProxyType({
        "power_w": "Leistung", "voltage_v": "Spannung", "current_a": "Strom", "room_c": "Raumluft",
        "coil_in_c": "Wärmetauscher innen", "coil_out_c": "Wärmetauscher außen", "outdoor_c": "Außenluft",
        "supply_c": "Luft aus dem Innengerät", "discharge_c": "Verdichter, heiße Seite", "fan_rpm": "Gebläsedrehzahl",
        "fridge_c": "Kühlraum", "freezer_c": "Gefrierfach", "evap_c": "Verdampfer", "ambient_c": "Luft um das Gerät",
        "level_mm": "Wasserstand", "vibration_mm_s": "Vibration", "water_c": "Wasser", "fill_s": "Zeit zum Füllen",
        "drain_s": "Zeit zum Abpumpen", "drain_s / litres": "Zeit zum Abpumpen je Liter",
        "fill_s / litres": "Zeit zum Füllen je Liter", "litres": "abgepumptes Wasser",
        "room_c - supply_c": "Abkühlung der Luft", "discharge_c - outdoor_c": "Verdichter über Außenluft",
        "coil_out_c - outdoor_c": "Wärmetauscher über Außenluft", "heater_w": "Heizleistung",
        "leakage_ma": "Strom zur Erde", "terminal_c": "Klemme", "moisture_pct": "Feuchte der Wäsche",
        "turbidity_ntu": "Trübung des Wassers", "top_c": "Speicher oben", "bottom_c": "Speicher unten",
        "pm25_ugm3": "Feinstaub", "limit_trips": "Auslösungen des Temperaturbegrenzers",
        "cutout_trips": "Auslösungen der Sicherung gegen Überhitzung",
    }),
    units=MappingProxyType({
        "": "", "1": "", "l": "Liter", "1/min": "Umdrehungen je Minute", "min": "Minuten",
        "h": "Stunden", "s": "Sekunden", "1/h": "je Stunde", "share of rows": "% der Messwerte",
    }),
    decimal=",",
    where="{kind}, {room}",
    expected_observed="{what}: {observed}, zu erwarten war {expected}",
    observed_only="{what}: {observed}",
    nothing_measured="{what}",
    since=", seit {when}",
    please="{where}: {title}. {advice} Warum wir das sagen: {evidence}. An den Messwerten sehen wir, ob es geholfen "
    "hat.",
    try_first="Bevor jemand kommt, versuchen Sie bitte dies: {steps} Ändert sich nichts, planen wir einen Besuch.",
    thanks="{where}: Die Messwerte sind wieder normal ({title}). Vielen Dank, mehr ist nicht zu tun.",
    becomes_visit="{where}: Die Messwerte sind unverändert, seit wir geschrieben haben ({title}). Wir planen einen "
    "Besuch und schlagen Ihnen eine Zeit vor.",
    urgent_now="{where}: Das ist jetzt dringend. {title}. {advice} Wir planen einen Besuch.",
    again="Wie gewünscht, hier noch einmal die Erinnerung. ",
    alarm="{where}: {title}. {advice} Beobachtet: {evidence}.",
    reminded="The owner was reminded on {when}; the readings have not changed since.",
    fails="Without care it may fail from {when} on.",
    weekdays=("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    span="{weekday}, {day}, {first} bis {last}",
    offer="Wir möchten kommen und uns darum kümmern: {what}. Zurzeit frei: {times}. Bitte wählen Sie eine Zeit oder "
    "sagen Sie uns, wie es anders geht: {link}",
    offer_again="Zu unserem Besuch ({what}) haben wir noch nichts von Ihnen gehört. Bitte wählen Sie hier eine Zeit: "
    "{link} Wenn Sie nicht antworten, rufen wir Sie an.",
    booked="Ihr Besuch ist gebucht: {technician} kommt am {when}.",
    still_needed="Gute Nachricht: Die Messwerte sind wieder normal ({what}). Ihr Besuch am {when} bleibt bestehen. "
    "Wenn Sie ihn nicht mehr brauchen, sagen Sie ihn bitte hier ab: {link}",
    not_needed="Gute Nachricht: Die Messwerte sind wieder normal ({what}), es muss niemand kommen.",
    subjects=MappingProxyType({
        "alarm": "Bitte handeln Sie jetzt: eine Warnung aus Ihrem Zuhause",
        "reminder": "Eine Kleinigkeit in Ihrem Zuhause",
        "verified": "Danke, alles wieder normal",
        "escalated": "Wir planen einen Besuch",
        "consent": "Wann dürfen wir kommen?",
        "booked": "Ihr Besuch ist gebucht",
        "still_needed": "Brauchen Sie den Besuch noch?",
        "not_needed": "Es muss niemand kommen",
        "follow_up": "Funktioniert alles?",
        "remote_follow_up": "Hat es geholfen?",
        "link": "Ihr persönlicher Link",
        "tip": "Ein Tipp für Ihr Zuhause",
        "campaign": "Ein Angebot für Ihr Zuhause",
        "*": "Neues aus Ihrem Zuhause",
    }),
    home_link="Wenn bei Ihnen etwas nicht funktioniert, sagen Sie es uns hier: {link} Frühere Links gelten womöglich "
    "nicht mehr.",
    visit_link="Hier ist ein neuer Link zu Ihrem Besuch: {link} Die früheren gelten nicht mehr.",
    campaign="{text} Sagen Sie hier in Ruhe ja oder nein: {link}",
    calendar_of_home="Besuche bei Ihnen",
    calendar_of_work="Besuche von {name}",
    entry="Besuch: {what}",
    entry_who="Es kommt: {who}.",
    entry_reach="Zum Verschieben oder Absagen nutzen Sie die Nachricht mit Ihrem persönlichen Link, oder rufen Sie "
    "{phone} an.",
    follow_up="Funktioniert seit unserem Besuch alles? Ein Tipp genügt: {link}",
    remote_follow_up="Hat es geholfen? Ein Tipp genügt: {link}",
    not_answered="Wir haben noch nichts von Ihnen gehört. ",
    advisories=MappingProxyType({
        "overload": (
            "Der Stromkreis ist nahe an seiner Grenze",
            "Er trug stundenlang mehr als vier Fünftel dessen, wofür er gemacht ist. Lassen Sie weniger zugleich "
            "laufen oder schließen Sie etwas an einem anderen Stromkreis an.",
        ),
        "*": (
            "Frühes Zeichen: {title}",
            "Noch ist es nicht gefährlich. Behalten Sie es im Auge; wir tun es auch und melden uns, wenn es schlimmer "
            "wird.",
        ),
    }),
    faults=MappingProxyType({
        ("air_conditioner", "filter_clog"): ("Der Luftfilter setzt sich zu", "Durch das Innengerät kommt weniger Luft. "
            "Nehmen Sie den Filter heraus, spülen Sie ihn ab und setzen Sie ihn trocken wieder ein."),
        ("air_conditioner", "outdoor_coil_fouled"): ("Der äußere Wärmetauscher ist verschmutzt", "Das Außengerät gibt "
            "die Wärme schlecht ab. Befreien Sie es von Laub und spülen Sie es sanft ab, bei abgeschaltetem Strom."),
        ("air_conditioner", "refrigerant_leak"): ("Kältemittel geht verloren", "Das Gerät kühlt weniger, als es "
            "sollte. Ein Techniker muss das Leck finden."),
        ("refrigerator", "door_seal_leak"): ("Die Türdichtung lässt Wärme ein", "Wischen Sie die Dichtung ab und "
            "prüfen Sie, ob die Tür ganz schließt."),
        ("refrigerator", "condenser_dust"): ("Staub am Verflüssiger", "Ziehen Sie den Stecker und saugen Sie das "
            "Gitter hinten oder am Sockel ab."),
        ("refrigerator", "compressor_failing"): ("Der Verdichter startet schlecht", "Ein Techniker sollte ihn ansehen, "
            "bevor er stehen bleibt."),
        ("refrigerator", "defrost_failure"): ("Das Abtauen fällt aus", "Innen bildet sich Eis. Ein Techniker muss die "
            "Abtauheizung instand setzen."),
        ("refrigerator", "food_at_risk"): ("Lebensmittel können verderben", "Innen ist es seit Stunden zu warm. "
            "Schließen Sie die Tür, prüfen Sie den Strom und die Lebensmittel."),
        ("washing_machine", "drain_filter_clog"): ("Das Flusensieb setzt sich zu", "Das Abpumpen dauert länger als "
            "früher. Öffnen Sie die Klappe unten, lassen Sie den Rest ab und reinigen Sie das Sieb."),
        ("washing_machine", "bearing_wear"): ("Das Trommellager verschleißt", "Die Trommel läuft rau. Ein Techniker "
            "sollte das Lager ersetzen."),
        ("washing_machine", "inlet_valve_weak"): ("Das Wasser läuft langsam ein", "Prüfen Sie, ob der Hahn ganz offen "
            "ist. Wenn ja, muss das Einlassventil ersetzt werden."),
        ("washing_machine", "flood"): ("Wasser steigt, obwohl die Maschine aus ist", "Schließen Sie jetzt den Hahn und "
            "lassen Sie ihn zu, bis ein Techniker da war."),
        ("dryer", "vent_clog"): ("Der Luftweg setzt sich zu", "Reinigen Sie das Flusensieb und prüfen Sie den "
            "Abluftschlauch hinter dem Gerät."),
        ("dryer", "overheat_trips"): ("Der Trockner überhitzt", "Benutzen Sie den Trockner nicht. Sein Begrenzer löst "
            "immer wieder aus; erst muss ein Techniker nachsehen."),
        ("dishwasher", "filter_clog"): ("Das Sieb setzt sich zu", "Nehmen Sie das Sieb am Boden heraus und spülen Sie "
            "es ab."),
        ("dishwasher", "heater_failure"): ("Das Wasser wird nicht warm", "Ein Techniker muss die Heizung ansehen."),
        ("water_heater", "element_failing"): ("Der Heizstab lässt nach", "Ein Techniker sollte ihn ersetzen, bevor das "
            "Wasser kalt bleibt."),
        ("water_heater", "limescale"): ("Kalk im Speicher", "Der Speicher sollte beim nächsten Besuch entkalkt "
        "werden."),
        ("water_heater", "anode_spent"): ("Die Anode ist verbraucht", "Sie schützt den Speicher vor Rost und sollte "
            "ersetzt werden."),
        ("air_purifier", "filter_clog"): ("Der Filter setzt sich zu", "Ersetzen Sie den Filter oder reinigen Sie ihn, "
            "wenn er waschbar ist."),
        ("range_hood", "filter_clog"): ("Der Fettfilter setzt sich zu", "Waschen Sie den Fettfilter; aus Metall darf "
            "er in die Spülmaschine."),
        ("circuit", "overload"): ("Der Stromkreis ist überlastet", "Es fließt mehr Strom, als er verträgt. Schalten "
            "Sie daran etwas aus."),
        ("circuit", "loose_contact"): ("Ein Kontakt ist lose und wird heiß", "Schalten Sie diesen Stromkreis aus und "
            "benutzen Sie ihn nicht, bis eine Elektrofachkraft ihn festgezogen hat."),
        ("circuit", "neutral_loss"): ("Die Netzspannung stimmt nicht", "Schalten Sie am Hauptschalter alles aus und "
            "rufen Sie den Netzbetreiber an."),
        (None, "earth_leakage"): ("Strom fließt zur Erde ab", "Etwas Feuchtes oder Beschädigtes leitet Strom ab. "
            "Ziehen Sie den Stecker, wo Sie es vermuten, und lassen Sie eine Elektrofachkraft nachsehen."),
        (None, "sensor_fault"): ("Ein Sensor misst falsch", "Was das Gerät meldet, kann nicht stimmen; beim nächsten "
            "Besuch wird der Sensor angesehen."),
        (None, "campaign_check"): ("Die vereinbarte Prüfung", "Es kommt jemand zu der Prüfung, der Sie zugestimmt "
            "haben."),
        (None, "breakdown"): ("Es funktioniert nicht", "Sie haben es uns gesagt, und es kommt so bald wie möglich "
            "jemand. Schalten Sie es bis dahin aus und lassen Sie es stehen."),
        (None, "silent"): ("Das Gerät meldet sich nicht", "Prüfen Sie, ob es Strom hat und ob sein WLAN geht."),
    }),
    tips=TIPS,
    pages=PAGES,
)  # fmt: skip
