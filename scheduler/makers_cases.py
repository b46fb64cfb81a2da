"""Cases for the maker: opened when a group fails more than its like, measured when their fix is out long enough."""

from dataclasses import asdict

from domain.states import CASE
from quality.cases import CaseParams, figures_of, measured_effect
from quality.emerging import Group, emerging_issues, without_echoes
from scheduler.work import ACTOR, Counts, Work
from store.database import translated
from store.moves import move
from store.reliability import Watched, cases_fixed, is_resting, open_case, read_groups, record_effect, scope_of


def look_for_cases(work: Work) -> Counts:
    """Open a case for each group that stands out, then measure what fixes did."""
    params = CaseParams()
    with translated():
        return {"opened": _open(work, params), "measured": _measure(work, params)}


def _open(work: Work, params: CaseParams) -> int:
    since = work.now - params.window
    with work.connection.transaction():
        watched = read_groups(work.connection, since, work.now)
        by_group = {_group(one): one for one in watched}
        opened = 0
        for issue in without_echoes(emerging_issues(by_group)):
            one = by_group[issue.group]
            if not is_resting(work.connection, one, work.now - params.rest):
                opened += open_case(work.connection, one, figures_of(issue), since, work.now)
    return opened


def _group(watched: Watched) -> Group:
    fields = asdict(watched)
    del fields["appliances"]
    return Group(**fields)


def _measure(work: Work, params: CaseParams) -> int:
    measured = 0
    for case in cases_fixed(work.connection):
        assert case.fixed_at is not None, "the database lets no case be fixed without a date"
        before = scope_of(work.connection, case, case.since, case.fixed_at)
        after = scope_of(work.connection, case, case.fixed_at, work.now)
        effect = measured_effect(before, after, work.now, params)
        if effect is None:
            continue
        with work.connection.transaction():
            record_effect(work.connection, case.id, effect)
            reason = "the fix helped" if effect["helped"] else "no effect of the fix can be shown"
            move(work.connection, CASE, case.id, "measured", actor=ACTOR, reason=reason, at=work.now)
        measured += 1
    return measured
