"""`python -m bench [ingest] [--messages N] [--appliances N] [--rounds N]`."""

import click

from bench import ingest


@click.command()
@click.option("--messages", default=100_000, show_default=True, help="messages per measurement")
@click.option("--appliances", default=200, show_default=True, help="appliances that send them in turn")
@click.option("--rounds", default=3, show_default=True, help="rounds; medians are compared")
def main(messages: int, appliances: int, rounds: int) -> None:
    """Measure ingest against its peers, as ratios in one run."""
    ingest.main(ingest.Sizes(messages=messages, appliances=appliances, rounds=rounds))


if __name__ == "__main__":
    main()
