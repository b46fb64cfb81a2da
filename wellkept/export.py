"""The command `wellkept export`: open tables for the maker's quality engineers."""

from pathlib import Path

import click

from domain.errors import BadInput
from models.evaluation.whole_file import writable_folder
from store.database import connect, translated
from store.exports import FORMATS, TABLES, Format, export_table
from wellkept.named_path import NamedPath
from wellkept.settings import Settings, with_running


@click.command()
@click.argument("folder", type=NamedPath(file_okay=False))
@click.option("--format", "form", type=click.Choice(FORMATS), default="parquet", show_default=True)
@click.pass_obj
def export(settings: Settings, folder: Path, form: Format) -> None:
    """Write appliances, confirmed faults, findings and cases as open tables into FOLDER.

    They hold no home, owner, serial number or place: `unit` is a digest, climate a band of latitude.
    """
    settings = with_running(settings)
    if not settings.database_url:
        raise BadInput("WELLKEPT_DATABASE_URL is not set, and no `wellkept up` runs in WELLKEPT_HOME")
    writable_folder(folder)
    with connect(settings.database_url, application="wellkept-export") as connection, translated():
        for table in TABLES:
            content = export_table(connection, table, form)
            target = folder / f"{table}.{form}"
            target.with_suffix(".part").write_bytes(content)
            target.with_suffix(".part").replace(target)
            click.echo(f"{target}  {len(content):,} bytes")
