"""From a Parquet file of ten million answers to every side's figures: processor time and memory of the whole process.

python benchmarks/measure.py            wide and long, on Polars and DuckDB; a text of 200 MB
python benchmarks/measure.py --large    also a hundred million answers, wide, on DuckDB
"""

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ITEMS = [
    f"{code}{rank}" for code, last in zip("FCIBDAT", (4, 3, 4, 4, 4, 4, 2), strict=True) for rank in range(1, last + 1)
]
PEOPLE = 10
RELATIONSHIPS = 20_000
CPU, MEMORY, BYTES, TEXT_MEMORY = 2.5, 500, 50, 2048
LARGE_MEMORY, LINEAR = 24 * 1024, 1.2


def write_wide(path: Path, relationships: int) -> None:
    """One row a person; sides and people differ, 5 % of the answers are missing. Written as it is made."""
    import duckdb

    def normal(*seeds: object) -> str:
        uniform = " + ".join(f"hash({', '.join(map(str, (*seeds, n)))}) % 10007 / 10007" for n in range(3))
        return f"(({uniform}) * 2 - 3)"

    level = f"4.5 + 0.8 * {normal('relation', 'side')} + 0.7 * {normal('person', 77)}"
    answers = ", ".join(
        f"case when hash(person, {rank}, 5) % 20 > 0 then "
        f"greatest(1, least(7, round({level} + {normal('person', rank)})))::tinyint end as {item}"
        for rank, item in enumerate(ITEMS)
    )
    rows = f"""select person // {2 * PEOPLE} as relation, person // {PEOPLE} % 2 as side, person
               from range({relationships * 2 * PEOPLE}) as rows(person)"""
    duckdb.connect().execute(
        f"""copy (select 'R' || lpad(relation::varchar, 7, '0') as relationship,
                case side when 0 then 'client' else 'supplier' end as side, 1 as wave,
                'P' || person % {PEOPLE} as respondent, {answers} from ({rows})) to '{path}' (format parquet)"""
    )


def write_long(path: Path, wide: Path) -> None:
    """The same answers, one a row."""
    import duckdb

    duckdb.connect().execute(
        f"""copy (select relationship, side, wave, respondent, item, 'direct' as view, value
                from (from '{wide}') unpivot include nulls (value for item in ({", ".join(ITEMS)})))
            to '{path}' (format parquet)"""
    )


def write_text(path: Path, wide: Path) -> None:
    """A text of about 200 MB, one answer a row."""
    import duckdb

    duckdb.connect().execute(
        f"""copy (select relationship, side, wave, respondent, 'purchasing' as function, item, 'direct' as view, value
                from (from '{wide}') unpivot include nulls (value for item in ({", ".join(ITEMS)})) limit 4_200_000)
            to '{path}' (format csv, delimiter ';')"""
    )


def measure(path: Path, engine: str) -> None:
    """What is timed: sums, empirical Bayes for every side and subject, gaps shrunken over the relationships."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command does
    import numpy as np

    from reciproque import instruments
    from reciproque.measure import study
    from reciproque.science.gaps import welch_from
    from reciproque.science.shrinkage import empirical_bayes, random_effects

    with study.open_study(path, instruments.parse(instruments.source()), engine=engine) as it:
        sums = it.sums()
        client, supplier = sums.side == 0, sums.side == 1
        assert (sums.relationship[client] == sums.relationship[supplier]).all()
        for place in range(len(sums.scales)):
            n, mean, ss = sums.n[:, place], sums.mean[:, place], sums.ss[:, place]
            sides = [empirical_bayes(n[side], mean[side], ss[side]) for side in (client, supplier)]
            assert all(np.isfinite(side.shrunken).any() for side in sides)
            variance = sums.variance[:, place]
            gap = welch_from(n[client], mean[client], variance[client], n[supplier], mean[supplier], variance[supplier])
            assert np.isfinite(random_effects(gap.difference, gap.se).mean)


def apart(*arguments: object) -> None:
    """Files are written by a process of its own: the peak of memory of a parent is handed down to its children."""
    subprocess.run([sys.executable, __file__, *map(str, arguments)], check=True)


def timed(path: Path, engine: str) -> tuple[float, float]:
    """Processor seconds and peak MiB of a whole process, its start included."""
    return cost([__file__, "--measure", str(path), engine])


def cost(arguments: list[str]) -> tuple[float, float]:
    process = subprocess.Popen([sys.executable, *arguments])
    _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)} failed")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def best(path: Path, engine: str, runs: int = 3) -> tuple[float, float]:
    found = [timed(path, engine) for _run in range(runs)]
    return min(cpu for cpu, _memory in found), max(memory for _cpu, memory in found)


def line(claim: str, target: float | None, measured: float, unit: str) -> bool:
    reached = target is None or measured <= target
    wanted = "no target       " if target is None else f"target <= {target:6.1f}"
    print(f"{claim:52} {wanted} {unit:5} measured {measured:7.2f}   {'' if reached else 'MISSED'}", flush=True)
    return reached


def of_ten_million(folder: Path) -> bool:
    count = RELATIONSHIPS * 2 * PEOPLE * len(ITEMS)
    wide, long, text = folder / "wide.parquet", folder / "long.parquet", folder / "long.csv"
    apart("--write", RELATIONSHIPS, wide, long, text)
    reached = []
    start = min(cost(["-c", "import numpy, polars, narwhals, scipy.special"])[0] for _run in range(3))
    line("of which, the libraries alone: processor", None, start, "s")
    for path, engine in ((wide, "polars"), (wide, "duckdb"), (long, "polars"), (long, "duckdb")):
        cpu, memory = best(path, engine)
        bound = path == wide
        claim = f"{count:.0e} answers, {path.stem}, {engine}"
        lines = (
            line(f"{claim}: processor", CPU if bound else None, cpu, "s"),
            line(f"{claim}: memory", MEMORY if bound else None, memory, "MiB"),
            line(f"{claim}: memory an answer", BYTES if bound else None, memory * 2**20 / count, "bytes"),
        )
        if bound:
            reached.append(all(lines))
    cpu, memory = timed(text, "polars")
    claim = f"{text.stat().st_size / 1e6:.0f} MB of text, polars"
    line(f"{claim}: processor", None, cpu, "s")
    small = line(f"{claim}: memory", TEXT_MEMORY, memory, "MiB")
    return any(reached) and small  # one of the two engines is enough


def of_a_hundred_million(folder: Path) -> bool:
    small, large = folder / "wide.parquet", folder / "large.parquet"
    apart("--write", 10 * RELATIONSHIPS, large)
    before, _memory = best(small, "duckdb")
    cpu, memory = timed(large, "duckdb")
    return all(
        (
            line("1e+08 answers, wide, duckdb: processor", None, cpu, "s"),
            line("1e+08 answers, wide, duckdb: memory", LARGE_MEMORY, memory, "MiB"),
            line("time for ten times the answers, over ten", LINEAR, cpu / before / 10, ""),
        )
    )


def main() -> bool:
    with tempfile.TemporaryDirectory(prefix="reciproque-bench-") as folder:
        reached = of_ten_million(Path(folder))
        if "--large" in sys.argv:
            reached &= of_a_hundred_million(Path(folder))
    return reached


if __name__ == "__main__":
    if "--write" in sys.argv:
        count, *paths = sys.argv[2:]
        write_wide(Path(paths[0]), int(count))
        if paths[1:]:
            write_long(Path(paths[1]), Path(paths[0]))
            write_text(Path(paths[2]), Path(paths[0]))
        raise SystemExit(0)
    if "--measure" in sys.argv:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        measure(Path(sys.argv[-2]), sys.argv[-1])
        raise SystemExit(0)
    raise SystemExit(0 if main() else 1)
