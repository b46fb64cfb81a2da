"""What fits what, and which of several parts is taken."""

import pytest

from domain.parts import Fit, FitRule, Item, Target, candidates, choose, current, fit

X200 = Target(kind="refrigerator", maker="Acme", model="X210-W")
UNKNOWN = Target(kind="refrigerator")


def gasket(name: str, *rules: FitRule, **more: object) -> Item:
    return Item(id=name, name=name, role="gasket", fits=frozenset({"refrigerator"}), rules=rules, **more)  # type: ignore[arg-type]


def rule(maker: str | None = None, model: str | None = None, kind: str = "refrigerator") -> FitRule:
    return FitRule(kind=kind, maker=maker, model=model)


@pytest.mark.parametrize(
    ("item", "target", "expected"),
    [
        (gasket("any"), X200, Fit.KIND),
        (gasket("any"), Target(kind="dryer"), Fit.NO),
        (Item(id="fuse", name="Fuse", role="fuse"), Target(kind="dryer"), Fit.KIND),
        (gasket("a", rule("acme", "x2*")), X200, Fit.EXACT),  # case does not matter
        (gasket("a", rule("acme", "x3*")), X200, Fit.NO),
        (gasket("a", rule("acme", "x3*"), rule("acme", "x2??-w")), X200, Fit.EXACT),  # one rule is enough
        (gasket("a", rule("other")), X200, Fit.NO),
        (gasket("a", rule("acme")), UNKNOWN, Fit.MAYBE),
        (gasket("a", rule("acme", "x3*")), Target(kind="refrigerator", maker="Acme"), Fit.MAYBE),
        (gasket("a", rule("other", "x2*")), Target(kind="refrigerator", maker="Acme"), Fit.NO),
        (gasket("a", rule("acme", kind="dryer")), X200, Fit.KIND),  # a rule about another kind says nothing here
        (gasket("a", rule(model="x[2*")), X200, Fit.NO),  # a bracket is no error
    ],
)
def test_a_part_fits_by_kind_maker_and_model(item: Item, target: Target, expected: Fit) -> None:
    assert fit(item, target) is expected


def test_the_best_candidate_comes_first_and_alternatives_last() -> None:
    items = [
        gasket("general", alternatives=("foam", "wrong")),
        gasket("old", rule("acme", "x2*"), superseded_by="new"),
        gasket("new", rule("acme", "x2*")),
        gasket("other", rule("other")),
        Item(id="foam", name="Foam", role="foam", fits=frozenset({"refrigerator"})),
        Item(id="wrong", name="Wrong", role="foam", fits=frozenset({"dryer"})),
    ]
    catalogue = {item.id: item for item in items}
    assert [item.id for item in candidates("gasket", X200, catalogue)] == ["new", "old", "general", "foam"]
    assert candidates("gasket", Target(kind="dryer"), catalogue) == []


def test_what_is_superseded_in_a_circle_ends() -> None:
    catalogue = {"a": gasket("a", superseded_by="b"), "b": gasket("b", superseded_by="a")}
    assert current(catalogue["a"], catalogue).id == "b"


def test_the_nearest_place_with_enough_pieces_is_taken_even_for_the_second_best_part() -> None:
    best, second = gasket("best"), gasket("second")
    free = {"van:t": {"second": 1}, "outlet:o": {"best": 5, "second": 1}}
    assert choose([best, second], free, ["van:t", "outlet:o"]) == (second, "van:t")
    assert choose([best, second], free, ["van:t", "outlet:o"], quantity=2) == (best, "outlet:o")
    assert choose([best, second], free, ["van:t"], quantity=2) is None
