"""All benchmarks by name: `python -m bench` lists them, `python -m bench NAME --help` tells what one can be asked."""

from importlib import import_module
from typing import Final, NamedTuple

import click


class Benchmark(NamedTuple):
    """Where a benchmark lives and what it answers."""

    module: str
    says: str
    """With about how long it takes on two quiet cores."""
    alone: bool = True
    """Whether it needs no argument."""


BENCHMARKS: Final = {
    "detection": Benchmark(
        "bench.detection", "the detection core on recordings of others: SKAB, an air handler; 1 min"
    ),
    "dispatch": Benchmark("bench.dispatch", "visit planning against a greedy planner and published instances; 2 min"),
    "evaluate": Benchmark("bench.evaluate", "`wellkept evaluate` on a case: time, memory, rows; minutes", alone=False),
    "figures": Benchmark("bench.figures", "the quality page of 10,000 and 20,000 homes with a year behind them; 3 min"),
    "ingest": Benchmark("bench.ingest", "readings stored, as ratios to a C subscriber and a bare COPY; 5 min"),
    "rollups": Benchmark("bench.rollups", "hourly roll-ups of the Apache edition; 1 min"),
    "scoring": Benchmark("bench.scoring", "judging from stored features, and the scheduler's daily run; 5 min"),
    "simulator": Benchmark("bench.simulator", "simulated homes written as cases: time, memory, growth; 2 min"),
    "service-year": Benchmark("bench.service_year.__main__", "a year of service for 1000 simulated homes; 14 min"),
}


class ByName(click.Group):
    """Loads a benchmark when it is named, since each brings what it measures along."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return [*sorted(BENCHMARKS), "all"]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name == "all":
            return run_all
        if cmd_name not in BENCHMARKS:
            return None
        command = import_module(BENCHMARKS[cmd_name].module).main
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Benchmarks"):
            formatter.write_dl([*((name, one.says) for name, one in sorted(BENCHMARKS.items())),
                                ("all", "one after the other, those that need no argument")])  # fmt: skip


@click.group(cls=ByName, invoke_without_command=True)
@click.pass_context
def main(ctx: click.Context) -> None:
    """Measure by name, such as `make bench ARGS="scoring"` or `python -m bench scoring`.

    Each writes bench/results/NAME-DATE.json with the machine it ran on.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@click.command("all")
@click.pass_context
def run_all(ctx: click.Context) -> None:
    """Run every benchmark that needs no argument, one after the other."""
    assert isinstance(main, ByName)
    for name, one in sorted(BENCHMARKS.items()):
        if one.alone:
            click.secho(f"== {name}: {one.says}", bold=True)
            command = main.get_command(ctx, name)
            assert command is not None
            command.main([], prog_name=name, standalone_mode=False)


if __name__ == "__main__":
    main(prog_name="python -m bench")
