"""``reciproque measure FILE``: a file of answers collected elsewhere, read, checked and measured.

Needs no installation and no data folder. Exit codes: 0 everything was used; 2 the file cannot be used, or some of its
lines were left out (the figures of the rest are printed, and what was left out is said on the error output).
"""

import argparse
import io
import os
import sys
import tempfile
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from reciproque.instruments import Instrument, parse, source
from reciproque.measure import language
from reciproque.measure.errors import Refused
from reciproque.measure.language import gettext as _
from reciproque.measure.language import ngettext

if TYPE_CHECKING:
    from reciproque.measure.results import Results
    from reciproque.reports.measure_page import MeasurePage

DETAILED, DETAILED_ON_SCREEN = 50, 20


def add_arguments(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", *, spoken: str) -> None:
    parser = commands.add_parser("measure", help="measure a file of answers collected elsewhere (CSV, XLSX, Parquet)")
    parser.add_argument("file", type=Path, nargs="?", metavar="FILE")
    parser.add_argument("--raw", action="store_true", help="raw figures, for the owner of the data only")
    parser.add_argument("--format", choices=["text", "json"], default="text", help="what is printed")
    parser.add_argument("--report", type=Path, metavar="FILE.pdf|.html", help="also write a report (replaced if there)")
    parser.add_argument("--instrument", type=Path, metavar="FILE.toml", help="another questionnaire than ours")
    parser.add_argument("--engine", choices=["polars", "duckdb", "spark"], default="polars", help="groups and sums")
    parser.add_argument("--sheet", help="the sheet of a workbook; the first one that holds answers without it")
    parser.add_argument("--language", choices=["fr", "en"], default=spoken, help="of what is said")
    parser.add_argument("--schema", action="store_true", help="print the JSON Schema of --format json, and stop")


def run(arguments: argparse.Namespace) -> int:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # its waiting threads cost more than these small tables gain
    language.use(arguments.language)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8" if arguments.format == "json" else None, errors="replace")
    try:
        return _run(arguments)
    except Refused as problem:
        print(f"reciproque: {problem}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


def _run(arguments: argparse.Namespace) -> int:
    from reciproque.measure import as_json, terminal
    from reciproque.measure.measuring import measure
    from reciproque.measure.pages import page
    from reciproque.measure.progress import shown
    from reciproque.measure.study import open_study

    if arguments.schema:
        print(as_json.schema(), end="")
        return 0
    if arguments.file is None:
        raise Refused(_("Name the file to measure: reciproque measure FILE."))
    _check_report(arguments.report)
    instrument = _instrument(arguments.instrument)
    with (
        shown() as progress,
        open_study(
            arguments.file, instrument, engine=arguments.engine, sheet=arguments.sheet, progress=progress
        ) as study,
    ):
        found = measure(study, raw_figures=arguments.raw, progress=progress)
        if arguments.report:
            _write_report(arguments.report, page(found, instrument, day=date.today(), sheets=DETAILED))  # noqa: DTZ011
    if arguments.format == "json":
        as_json.write(found, sys.stdout)
    else:
        terminal.write(page(found, instrument, day=date.today(), sheets=DETAILED_ON_SCREEN))  # noqa: DTZ011
    sys.stdout.flush()
    if arguments.report:
        print(_("Report written: %(file)s") % {"file": arguments.report}, file=sys.stderr)
    return _left_out(found, raw=arguments.raw)


def _instrument(path: Path | None) -> Instrument:
    if path is None:
        return parse(source())
    try:
        return parse(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Refused(_("%(file)s cannot be read.") % {"file": path}) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        text = _("%(file)s is not a questionnaire: compare it with the one that comes with Réciproque (%(error)s).")
        raise Refused(text % {"file": path, "error": error}) from error


# ---------------------------------------------------------------- The report
def _check_report(path: Path | None) -> None:
    """Before any work: the kind of report, and the folder."""
    if path is None:
        return
    if path.suffix.lower() not in (".pdf", ".html"):
        raise Refused(_("A report ends in .pdf or .html."))
    if not path.parent.is_dir():
        raise Refused(_("There is no folder %(folder)s to write the report in.") % {"folder": path.parent})


def _write_report(path: Path, page: "MeasurePage") -> None:
    """Written beside, then put in its place: there is never half a report."""
    from reciproque.reports import measure_html, measure_pdf

    render = measure_pdf.render if path.suffix.lower() == ".pdf" else measure_html.render
    content = render(page)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=path.suffix, dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.chmod(name, 0o600)
            os.replace(name, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(name)
            raise
    except OSError as error:
        raise Refused(_("The report cannot be written: %(error)s.") % {"error": error.strerror}) from error


# ---------------------------------------------------------------- What was left out
def _left_out(found: "Results", *, raw: bool) -> int:
    """Say what was refused, and where; a value may be someone's answer, so only --raw repeats it."""
    understood = found.understood
    if not understood.refused_count:
        return 0
    count = {"count": understood.refused_count, "file": understood.path_name}
    said = ngettext(
        "%(file)s: %(count)s place was left out.", "%(file)s: %(count)s places were left out.", understood.refused_count
    )
    print(f"reciproque: {said % count}", file=sys.stderr)
    for one in understood.refused:
        where = _("line %(line)s, column %(column)s: %(why)s") % {
            "line": one.line,
            "column": one.column or "–",
            "why": one.sentence,
        }
        print(f"  {where}{f' ({one.value})' if raw and one.value else ''}", file=sys.stderr)
    return 2
