"""Fitting the watch for the unknown with scikit-learn, and taking its trees out as plain numbers."""

from collections.abc import Sequence

import numpy as np
from sklearn.ensemble import IsolationForest

from models.features.day import Floats
from models.trained.model import Forest, Tree
from models.trained.unknown import score

TREES = 16
SAMPLES = 64
"""Per tree. Small, so that all kinds fit into a file of a few hundred kB; more trees moved no figure (E)."""
LEAST_ROWS = 100
QUANTILE = 0.9995
"""Of healthy weeks that stay below the limit (E): a reviewer sees about one in two thousand unit-weeks."""


def fit_forest(indices: Sequence[str], rows: Floats, seed: int) -> Forest | None:
    """A forest over rows of `strangeness` of healthy units; None if there are too few of them."""
    if len(rows) < LEAST_ROWS or not indices:
        return None
    fitted = IsolationForest(n_estimators=TREES, max_samples=min(SAMPLES, len(rows)), random_state=seed).fit(rows)
    forest = Forest(
        indices=tuple(indices),
        trees=tuple(_tree(one.tree_, used) for one, used in zip(fitted.estimators_, fitted.estimators_features_,
                                                                strict=True)),
        usual_depth=_unsuccessful(min(SAMPLES, len(rows))),
        limit=1.0,
    )  # fmt: skip
    scores = np.array([score(forest, row) for row in rows])
    # Nothing healthy is stranger than the limit, and nothing ordinary ever is (0.6 is where strangeness begins).
    limit = max(float(np.quantile(scores, QUANTILE)), 0.6)
    return Forest(indices=forest.indices, trees=forest.trees, usual_depth=forest.usual_depth, limit=round(limit, 4))


def _tree(tree: "object", used: Floats) -> Tree:
    left, right = tree.children_left, tree.children_right  # type: ignore[attr-defined]
    samples, feature = tree.n_node_samples, tree.feature  # type: ignore[attr-defined]
    depth = np.zeros(len(left))
    for node in range(len(left)):
        if left[node] != -1:
            depth[left[node]] = depth[right[node]] = depth[node] + 1
    leaf = left == -1
    ends = np.where(leaf, depth + [_unsuccessful(int(count)) for count in samples], 0.0)
    return Tree(
        feature=tuple(0 if is_leaf else int(used[at]) for is_leaf, at in zip(leaf, feature, strict=True)),
        threshold=tuple(
            0.0 if is_leaf else round(float(at), 4)
            for is_leaf, at in zip(leaf, tree.threshold, strict=True)  # type: ignore[attr-defined]
        ),
        left=tuple(int(child) for child in left),
        right=tuple(int(child) for child in right),
        depth=tuple(round(float(end), 3) for end in ends),
    )


def _unsuccessful(samples: int) -> float:
    """Mean path length of an unsuccessful search in a binary tree of so many samples (Liu et al. 2008, eq. 1)."""
    if samples <= 1:
        return 0.0
    if samples == 2:
        return 1.0
    return 2.0 * (float(np.log(samples - 1)) + float(np.euler_gamma)) - 2.0 * (samples - 1) / samples
