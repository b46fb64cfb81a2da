"""The table of jobs: everything that Wellkept does by the clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from domain.readings import EPOCH
from scheduler.alarm import alarm
from scheduler.campaigns import finish_campaign_checks, give_tips
from scheduler.deliver import deliver
from scheduler.drift import watch_drift
from scheduler.follow_up import follow_up_reminders
from scheduler.grade import grade_technicians
from scheduler.mail import mail_owners
from scheduler.mains import watch_the_mains
from scheduler.makers_cases import look_for_cases
from scheduler.obligations import keep_promises
from scheduler.offer import offer
from scheduler.omissions import find_omissions
from scheduler.overdue import chase_orders
from scheduler.parts import supply_parts
from scheduler.plan_care import plan_care
from scheduler.plan_days import plan_days
from scheduler.points import take_points
from scheduler.propose import propose
from scheduler.remind import remind
from scheduler.roll_up import move_claimed_history, roll_up
from scheduler.score import score
from scheduler.settings import Pace, SchedulerSettings
from scheduler.settle import settle
from scheduler.silence import notice_silence
from scheduler.tidy import tidy
from scheduler.work import Counts, Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job: its name, how often it runs at each pace, what it does and what that is for.

    `slotted`: each interval is a slot in `job_run` that runs once, whoever runs it. Jobs that run all the time are not:
    a row twice a second would be a heavier load than the work; they hold the job's lock like all others.
    """

    name: str
    production: timedelta
    demo: timedelta
    run: Callable[[Work], Counts]
    purpose: str
    slotted: bool = True

    def every(self, settings: SchedulerSettings) -> timedelta:
        """How often it runs with these settings."""
        usual = self.demo if settings.pace is Pace.DEMO else self.production
        return settings.every.get(self.name, usual)


def slot_of(moment: datetime, every: timedelta) -> datetime:
    """The start of the slot that `moment` falls into; slots are counted from 1970, UTC."""
    return moment - (moment - EPOCH) % every


def _job(name: str, production_s: float, demo_s: float, run: Callable[[Work], Counts], purpose: str) -> Job:
    production, demo = timedelta(seconds=production_s), timedelta(seconds=demo_s)
    return Job(name=name, production=production, demo=demo, run=run, purpose=purpose, slotted=production_s >= 1)


# name, seconds between runs (production, demo), function, what it is for
JOBS: Final = (
    _job("alarm", 0.5, 0.5, alarm, "owners hear of hazards; appliance screens show what is open"),
    _job("deliver", 0.5, 0.5, deliver, "messages that wait in the outbox go out"),
    _job("mail", 5, 1, mail_owners, "owners' messages leave by mail, where a server is set"),
    _job("score", 900, 2, score, "the models judge what arrived; findings open and clear"),
    _job("mains", 5, 2, watch_the_mains, "a lost neutral: one home out of the voltage band while its neighbours hold"),
    _job("silence", 900, 30, notice_silence, "appliances and homes that are not heard of although they should be"),
    _job("remind", 60, 1, remind, "self-care first: the owner is asked before anybody is sent"),
    _job("follow_up", 60, 1, follow_up_reminders, "telemetry verifies or escalates reminders; a snooze ends"),
    _job("propose", 60, 1, propose, "findings that need somebody become tasks of one order per household"),
    _job("parts", 60, 2, supply_parts, "parts of approved orders are held ready, of finished ones let go"),
    _job("plan_care", 86_400, 60, plan_care, "what is due by age and water goes on the list before its time"),
    _job("offer", 60, 2, offer, "approved visits are offered to the owner with real free times"),
    _job("promises", 60, 2, keep_promises, "unanswered offers are repeated, then called; services are followed up"),
    _job("settle", 60, 1, settle, "what cleared is closed; finished work is proved by telemetry or reopened"),
    _job("plan", 10, 3, plan_days, "visits of the coming days: as asked for, and anew when something has changed"),
    _job("claims", 60, 10, move_claimed_history, "readings from before a claim move to their appliance"),
    _job("roll_up", 300, 10, roll_up, "hourly roll-ups (Apache edition)"),
    _job("tips", 86_400, 30, give_tips, "homes that want tips get one after a purchase or before a season"),
    _job("checks", 300, 5, finish_campaign_checks, "a campaign's check ends with its visit"),
    _job("omissions", 86_400, 30, find_omissions, "what nobody predicted and what somebody dropped is counted"),
    _job("overdue", 3_600, 30, chase_orders, "orders near their date with nobody going there are somebody's to call"),
    _job("points", 3_600, 60, take_points, "missed times and calls, repeats and overcharging cost licence points"),
    _job("grade", 86_400, 60, grade_technicians, "technicians are graded once a month, from orders and telemetry"),
    _job("cases", 604_800, 60, look_for_cases, "the maker hears of what fails more than its like, and what a fix did"),
    _job("drift", 86_400, 60, watch_drift, "where data is unlike what the model was trained on, the one before speaks"),
    _job("tidy", 86_400, 300, tidy, "retention, late roll-ups, and old records of runs and messages"),
)
