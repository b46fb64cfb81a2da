"""The articles that ship, and which causes are likely at a home."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.faults import FAULTS
from domain.knowledge import Article, Cause, Outcomes, best_article, rank_causes
from domain.parts import Target
from store.knowledge import shipped_articles

ARTICLES = shipped_articles()
CAUSES = [Cause(cause="relay", share=0.6, check="measure"), Cause(cause="winding", share=0.4)]
outcomes = st.builds(
    Outcomes,
    confirmed=st.integers(0, 50),
    other=st.dictionaries(st.sampled_from(["silent", "sensor_fault"]), st.integers(1, 50)),
    nothing=st.integers(0, 50),
)


def test_every_fault_has_exactly_one_article_and_every_article_a_fault() -> None:
    assert {(a.kind, a.fault) for a in ARTICLES} == {(f.kind and str(f.kind), f.code) for f in FAULTS.values()}
    assert len({a.id for a in ARTICLES}) == len(ARTICLES) == len(FAULTS)


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.id)
def test_an_article_has_all_that_a_technician_needs(article: Article) -> None:
    assert sum(cause.share for cause in article.causes) == pytest.approx(1)
    assert all(cause.check for cause in article.causes)
    assert article.safety, "no work at a home is without a danger"
    assert len(article.steps) >= 4
    assert article.tools
    assert article.done_when


def test_whoever_opens_a_refrigerant_circuit_or_a_board_is_told_who_may() -> None:
    by_id = {article.id: " ".join(article.safety).lower() for article in ARTICLES}
    for name in ("air_conditioner.refrigerant_leak", "refrigerator.compressor_failing"):
        assert "certified" in by_id[name]
    for name in ("circuit.overload", "circuit.loose_contact", "any.earth_leakage"):
        assert "electricians only" in by_id[name]


@given(probability=st.floats(0, 1), seen=outcomes, causes=st.sampled_from([[], CAUSES]))
def test_what_it_may_be_adds_up_to_one_and_the_most_likely_comes_first(
    probability: float, seen: Outcomes, causes: list[Cause]
) -> None:
    ranked = rank_causes(probability, "compressor_failing", causes, seen, {"silent": "No word"})
    chances = [cause.probability for cause in ranked]
    assert chances == sorted(chances, reverse=True)
    assert 1 - 0.05 <= sum(chances) <= 1 + 1e-9, "what is below one in a hundred is not shown"


def test_visits_outweigh_the_detector_by_their_number() -> None:
    # 0.9 of 8 visits' worth is 7.2 for the fault; of 10 more visits 2 found it, 6 a sensor, 2 nothing: 9.2 of 18
    seen = Outcomes(confirmed=2, other={"sensor_fault": 6}, nothing=2)
    ranked = {c.cause: c.probability for c in rank_causes(0.9, "f", CAUSES, seen, {"sensor_fault": "Sensor"})}
    assert ranked == pytest.approx(
        {
            "relay": 0.6 * 9.2 / 18,
            "winding": 0.4 * 9.2 / 18,
            "Sensor": 6 / 18,
            "Nothing is wrong": 2.4 / 18,
            "Another fault": 0.4 / 18,
        }
    )


def article(name: str, kind: str | None, maker: str | None = None, model: str | None = None) -> Article:
    return Article(
        id=name, kind=kind, fault="f", maker=maker, model=model, title="", summary="", safety=[], tools=[], causes=[],
        steps=[], done_when="", edition=None, edited=True, version=1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("maker", "model", "best"),
    [("Acme", "X1", "model"), ("Acme", "Y1", "kind"), (None, None, "kind"), ("Other", "X1", "kind")],
)
def test_the_article_about_this_very_model_is_taken(maker: str | None, model: str | None, best: str) -> None:
    known = [article("any", None), article("kind", "dryer"), article("model", "dryer", "acme", "x*")]
    found = best_article(known, Target(kind="dryer", maker=maker, model=model))
    assert found is not None
    assert found.id == best
    assert best_article([], Target(kind="dryer")) is None
