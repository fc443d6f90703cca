"""Names of the collaborative models, where importing torch would cost too much; `registry.py` holds what they are."""

MODELS = (
    *("neumf", "gmf", "mlp", "popularity", "itemknn", "walk", "ease", "als", "dae"),
    *("nnrec", "dnn", "amnn", "sequence", "blend"),
)
# What the hybrid ranker builds on is published as `cf`; every other model as `cf-NAME`, beside it.
NEUMF_FAMILY = ("neumf", "gmf", "mlp")


def published_name(model: str) -> str:
    """The name under which a workspace keeps a model.

    >>> published_name("gmf"), published_name("als")
    ('cf', 'cf-als')
    """
    return "cf" if model in NEUMF_FAMILY else f"cf-{model}"
