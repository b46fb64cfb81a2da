"""A challenger against what people were told, out of the database."""

from domain.errors import BadInput
from models.trained.name import shown_name
from models.training.comparison import Comparison, compare
from store.database import Connection
from store.model_registry import RegisteredModel
from store.outcomes import in_shadow_since, judged_months, said_since
from store.quiet_findings import said_quietly


def comparison_of(connection: Connection, model: RegisteredModel) -> Comparison:
    """Since the model last began to judge in the shadow; BadInput if it never did."""
    since = in_shadow_since(connection, model.id)
    if since is None:
        raise BadInput(
            f"{shown_name(model.name)} never judged in the shadow: promote it first (`wellkept admin models promote`)"
        )
    return compare(
        said_since(connection, since), said_quietly(connection, model.sha256, since), judged_months(connection, since)
    )
