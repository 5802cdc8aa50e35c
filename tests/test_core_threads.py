# SPDX-License-Identifier: BSD-3-Clause
"""The thread pool as Python sees it: how many threads, fork, callers, limits, exit, failures, Ctrl-C, floating-point flags.

What could hang or end the process runs in a process of its own, with a limit on its time.
"""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import mlmath_native as mm
from mlmath_native import _mlmath

testing = _mlmath._testing
HANG = 60.0  # seconds; everything here takes far less than a tenth of it
linux = pytest.mark.skipif(sys.platform != "linux", reason="Linux only")


def start(code: str, env: dict[str, str] | None = None, prepare: Callable[[], object] | None = None) -> subprocess.Popen[str]:
    """Start Python on the code, without the variables that set a number of threads."""
    clean = {name: value for name, value in os.environ.items() if name not in ("MLMATH_NUM_THREADS", "OMP_NUM_THREADS")}
    return subprocess.Popen(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", textwrap.dedent(code)],
        env={**clean, **(env or {})}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=prepare,
    )  # fmt: skip


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Exit code, output and errors; a test failure when it hangs."""
    try:
        out, err = process.communicate(timeout=HANG)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        pytest.fail(f"hang: no end within {HANG} s\n{out}\n{err}")
    return process.returncode, out.strip(), err.strip()


def output(code: str, env: dict[str, str] | None = None, prepare: Callable[[], object] | None = None) -> str:
    status, out, err = finish(start(code, env, prepare))
    assert status == 0, f"exit code {status}\n{out}\n{err}"
    return out


@pytest.fixture(autouse=True)
def restored_number() -> Iterator[None]:
    before = _mlmath.process_num_threads()
    yield
    if _mlmath.process_num_threads() != before:
        mm.set_num_threads(before)


# ---- how many threads ----------------------------------------------------------------------------------------------------


def test_set_and_get() -> None:
    mm.set_num_threads(5)
    assert mm.get_num_threads() == 5
    assert mm.system.thread_info() == {"num_threads": 5, "source": "set_num_threads", "this_thread": 5}
    mm.set_num_threads(np.int64(3))
    assert mm.get_num_threads() == 3


@pytest.mark.parametrize("function", [mm.set_num_threads, lambda n: mm.threads(n).__enter__()], ids=["set_num_threads", "threads"])
def test_bad_numbers_are_refused(function: Callable[[object], None]) -> None:
    before = mm.get_num_threads()
    for wrong in (0, -1, 1025, 2**70):
        with pytest.raises(ValueError, match=rf"(set_num_threads|threads): n must be from 1 to 1024; got {wrong}"):
            function(wrong)
    for wrong in (1.5, "2", None, np.float64(2)):
        with pytest.raises(TypeError, match=r"(set_num_threads|threads): n must be an integer; got"):
            function(wrong)
    assert mm.get_num_threads() == before


def test_blocks_nest_and_restore() -> None:
    mm.set_num_threads(4)
    with mm.threads(2):
        with mm.threads(3):
            assert mm.get_num_threads() == 3
        assert mm.get_num_threads() == 2
        with pytest.raises(KeyError), mm.threads(7):
            raise KeyError
        assert mm.get_num_threads() == 2
        mm.set_num_threads(6)
        assert mm.get_num_threads() == 2
    assert mm.get_num_threads() == 6

    @mm.threads(5)
    def decorated() -> int:
        return mm.get_num_threads()

    assert [decorated(), decorated(), mm.get_num_threads()] == [5, 5, 6]


def test_block_is_for_its_own_thread() -> None:
    mm.set_num_threads(4)
    inside, checked = threading.Event(), threading.Event()

    def other() -> int:
        with mm.threads(9):
            inside.set()
            assert checked.wait(HANG)
            return mm.get_num_threads()

    with ThreadPoolExecutor(1) as executor:
        result = executor.submit(other)
        assert inside.wait(HANG)
        assert mm.get_num_threads() == 4
        with mm.threads(2):
            checked.set()
            assert result.result(HANG) == 9
            assert executor.submit(mm.get_num_threads).result(HANG) == 4


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({"MLMATH_NUM_THREADS": "3"}, "3 MLMATH_NUM_THREADS"),
        ({"OMP_NUM_THREADS": "5"}, "5 OMP_NUM_THREADS"),
        ({"OMP_NUM_THREADS": "4,2"}, "4 OMP_NUM_THREADS"),
        ({"MLMATH_NUM_THREADS": " 2 ", "OMP_NUM_THREADS": "5"}, "2 MLMATH_NUM_THREADS"),
        ({"MLMATH_NUM_THREADS": "", "OMP_NUM_THREADS": "6"}, "6 OMP_NUM_THREADS"),
    ],
)
def test_environment(env: dict[str, str], expected: str) -> None:
    assert output("import mlmath_native as mm; i = mm.system.thread_info(); print(i['num_threads'], i['source'])", env) == expected


def test_malformed_environment() -> None:
    for value in ("abc", "0", "-1", "2.5"):
        status, _, err = finish(start("import mlmath_native", {"MLMATH_NUM_THREADS": value}))
        assert status == 1
        assert f"ImportError: MLMATH_NUM_THREADS must be a whole number from 1 to 1024, got '{value}'" in err
    code = "import mlmath_native as mm; print(mm.system.thread_info()['source'])"
    assert output(code, {"OMP_NUM_THREADS": "abc"}) in ("affinity", "cgroup quota")


@linux
def test_affinity() -> None:
    code = "import mlmath_native as mm; i = mm.system.thread_info(); print(i['num_threads'], i['source'])"
    one = {min(os.sched_getaffinity(0))}
    assert output(code, prepare=lambda: os.sched_setaffinity(0, one)) == "1 affinity"
    assert testing.affinity_cpus() == len(os.sched_getaffinity(0))


@linux
def test_pool_leaves_callers_affinity_alone() -> None:
    before = os.sched_getaffinity(0)
    for _ in range(10):
        testing.team_size(2)
        assert os.sched_getaffinity(0) == before


@linux
def test_team_on_one_cpu() -> None:
    code = """
        import numpy as np, mlmath_native as mm
        from mlmath_native import _mlmath
        x = np.linspace(0, 1, 300_000)
        with mm.threads(1): one = mm.dot(x, x)
        with mm.threads(3): assert all(mm.dot(x, x) == one for _ in range(20))
        print(_mlmath._testing.team_size(3))
    """
    one = {min(os.sched_getaffinity(0))}
    assert output(code, prepare=lambda: os.sched_setaffinity(0, one)) == "3"


def test_quota_version_2(tmp_path: pathlib.Path) -> None:
    def write(name: str, text: str) -> None:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    cpus = testing.affinity_cpus()
    assert testing.machine_threads(str(tmp_path)) == (cpus, "affinity")
    write("proc/self/cgroup", "0::/user.slice/job.scope\n")
    write("sys/fs/cgroup/user.slice/job.scope/cpu.max", "max 100000\n")
    assert testing.cgroup_quota_cpus(str(tmp_path)) == 0
    write("sys/fs/cgroup/user.slice/cpu.max", "450000 100000\n")
    assert testing.cgroup_quota_cpus(str(tmp_path)) == 5
    write("sys/fs/cgroup/user.slice/job.scope/cpu.max", "50000 100000\n")
    assert testing.cgroup_quota_cpus(str(tmp_path)) == 1
    assert testing.machine_threads(str(tmp_path)) == (1, "cgroup quota" if cpus > 1 else "affinity")


def test_quota_version_1(tmp_path: pathlib.Path) -> None:
    group = tmp_path / "sys/fs/cgroup/cpu,cpuacct"
    group.mkdir(parents=True)
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/self/cgroup").write_text("5:cpuset:/\n3:cpu,cpuacct:/docker/not-visible-here\n")
    (group / "cpu.cfs_period_us").write_text("100000\n")
    (group / "cpu.cfs_quota_us").write_text("-1\n")
    assert testing.cgroup_quota_cpus(str(tmp_path)) == 0
    (group / "cpu.cfs_quota_us").write_text("120000\n")
    assert testing.cgroup_quota_cpus(str(tmp_path)) == 2


# ---- threadpoolctl -------------------------------------------------------------------------------------------------------


def test_threadpoolctl_info_limits_restore() -> None:
    threadpoolctl = pytest.importorskip("threadpoolctl", minversion="3.2")
    mm.system.register_threadpoolctl()
    mm.system.register_threadpoolctl()
    mm.set_num_threads(6)
    (ours,) = (row for row in threadpoolctl.threadpool_info() if row["user_api"] == "mlmath_native")
    assert (ours["num_threads"], ours["internal_api"], ours["version"]) == (6, "mlmath_native", mm.__version__)
    assert ours["filepath"] == os.path.realpath(_mlmath.__file__)
    for limits, expected in (({"mlmath_native": 2}, 2), (1, 1), ({"openmp": 1}, 6)):
        with threadpoolctl.threadpool_limits(limits):
            assert mm.get_num_threads() == expected
        assert mm.get_num_threads() == 6
    with mm.threads(3), threadpoolctl.threadpool_limits(1):  # the block of this thread is not the limit's to restore
        assert (mm.get_num_threads(), _mlmath.process_num_threads()) == (3, 1)
    assert mm.get_num_threads() == 6


def test_threadpoolctl_registers_itself_only_when_there() -> None:
    pytest.importorskip("threadpoolctl", minversion="3.2")
    count = "print(sum(row['user_api'] == 'mlmath_native' for row in threadpoolctl.threadpool_info()))"
    assert output(f"import threadpoolctl, mlmath_native; {count}") == "1"
    assert output(f"import mlmath_native, sys; assert 'threadpoolctl' not in sys.modules; import threadpoolctl; {count}") == "0"


def test_old_threadpoolctl_is_no_reason_to_fail() -> None:
    code = """
        import sys, types
        sys.modules["threadpoolctl"] = old = types.ModuleType("threadpoolctl")
        old.__version__ = "3.1.0"
        import mlmath_native as mm
        try:
            mm.system.register_threadpoolctl()
        except ImportError as error:
            print(error)
    """
    assert output(code) == "threadpoolctl 3.2 or newer is needed to register a library; found 3.1.0"


# ---- fork ----------------------------------------------------------------------------------------------------------------

FORK = """
    import multiprocessing, threading
    import numpy as np, mlmath_native as mm
    from mlmath_native import _mlmath
    x, y = np.random.default_rng(1).normal(size=(2, 300_000))
    with mm.threads(1): expected = mm.dot(x, y)
    mm.set_num_threads(2)

    def compute(_):
        return _mlmath._testing.team_size(2), [mm.dot(x, y) for _ in range(20)] == [expected] * 20

    def children(count):
        with multiprocessing.get_context("fork").Pool(2, maxtasksperchild=1) as pool:
            assert pool.map(compute, range(count), chunksize=1) == [(2, True)] * count
"""


@linux
@pytest.mark.parametrize("moment", ["before", "after", "grandchild"])
def test_fork(moment: str) -> None:
    code = {
        "before": "children(4); assert compute(0) == (2, True); children(4)",
        "after": "assert compute(0) == (2, True); children(4); assert compute(0) == (2, True)",
        "grandchild": """
            assert compute(0) == (2, True)
            def child():
                assert compute(0) == (2, True)
                children(2)
            process = multiprocessing.get_context("fork").Process(target=child)
            process.start(); process.join(); assert process.exitcode == 0
        """,
    }[moment]
    assert output(textwrap.dedent(FORK) + textwrap.dedent(code) + "\nprint('done')") == "done"


@linux
def test_fork_during_use() -> None:
    code = """
        stop, wrong = threading.Event(), []
        def work():
            while not stop.is_set():
                if mm.dot(x, y) != expected: wrong.append(1)
        workers = [threading.Thread(target=work) for _ in range(3)]
        for worker in workers: worker.start()
        try:
            children(20)
        finally:
            stop.set()
        for worker in workers: worker.join()
        assert not wrong
        print("done")
    """
    assert output(textwrap.dedent(FORK) + textwrap.dedent(code)) == "done"


# ---- callers -------------------------------------------------------------------------------------------------------------


def test_concurrent_callers(rng: np.random.Generator) -> None:
    data = rng.normal(size=(8, 2, 150_001))
    with mm.threads(1):
        expected = [mm.dot(x, y) for x, y in data]
    barrier = threading.Barrier(8)

    def caller(i: int) -> list[float]:
        barrier.wait(HANG)
        with mm.threads(1 + i % 3):
            return [mm.dot(*data[i]) for _ in range(100)]

    with ThreadPoolExecutor(8) as executor:
        for i, results in enumerate(executor.map(caller, range(8), timeout=HANG)):
            assert results == [expected[i]] * 100


def test_second_caller_works_alone() -> None:
    sizes = set()
    for _ in range(20):  # it is left to chance which of the two gets the pool first
        holder = threading.Thread(target=testing.long_region, args=(2, 0.3, 0))
        holder.start()
        time.sleep(0.05)
        sizes.add(testing.team_size(2))
        holder.join(HANG)
        assert testing.team_size(2) == 2
        if 1 in sizes:
            return
    pytest.fail("a second caller always got threads")


# ---- exit ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delay", [0.0, 0.01, 0.05, 0.2])
def test_interpreter_exit(delay: float) -> None:
    code = f"""
        import threading, time
        import numpy as np, mlmath_native as mm
        mm.set_num_threads(2)
        x = np.ones(200_000)
        def work():
            while True: mm.dot(x, x)
        for _ in range(4): threading.Thread(target=work, daemon=True).start()
        mm.dot(x, x)
        time.sleep({delay})
        print("done")
    """
    for _ in range(3):
        assert output(code) == "done"


def test_exit_inside_a_long_region() -> None:
    code = """
        import threading, time
        from mlmath_native import _mlmath
        threading.Thread(target=_mlmath._testing.long_region, args=(2, 100.0, 0), daemon=True).start()
        time.sleep(0.1)
        print("done")
    """
    assert output(code) == "done"


# ---- failures ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_exceptions_come_from_any_member(threads: int) -> None:
    for rank in range(threads):
        with pytest.raises(RuntimeError, match=f"member {rank}"):
            testing.throw_in_region(threads, rank, f"member {rank}")
        with pytest.raises(MemoryError):
            testing.throw_in_region(threads, rank, "bad_alloc")
        assert testing.team_size(threads) == threads


@linux
def test_no_thread_can_be_created() -> None:
    code = """
        import resource
        import numpy as np, mlmath_native as mm
        from mlmath_native import _mlmath
        x = np.linspace(0, 1, 300_000)
        with mm.threads(1): one = mm.dot(x, x)
        mm.set_num_threads(4)
        size = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (size + (4 << 20), resource.RLIM_INFINITY))  # no room for a stack of 8 MiB
        assert mm.dot(x, x) == one
        print(_mlmath._testing.team_size(4))
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        for _ in range(2000): size = _mlmath._testing.team_size(4)  # tried again now and then
        print(size)
    """
    assert output(code).split() == ["1", "4"]


@pytest.mark.parametrize("rank", [0, 1, 2])
def test_flags_of_every_member_reach_errstate(rank: int) -> None:
    with np.errstate(divide="raise"), pytest.raises(FloatingPointError, match="divide by zero encountered in divide_in_region"):
        testing.divide_in_region(3, rank)
    with np.errstate(divide="warn"), pytest.warns(RuntimeWarning, match="divide by zero encountered in divide_in_region"):
        testing.divide_in_region(3, rank)
    with np.errstate(divide="ignore"):
        testing.divide_in_region(3, rank)
    with np.errstate(all="raise"):  # nothing is left behind for the next call
        testing.divide_in_region(3, 99)
        assert mm.dot(np.ones(300_000), np.ones(300_000)) == 300_000


# ---- Ctrl-C --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("function", ["long_region", "long_region_pybind"])
@pytest.mark.parametrize(("threads", "first_rank"), [(1, 0), (2, 0), (2, 1)], ids=["serial", "all", "caller-waits"])
def test_control_c(function: str, threads: int, first_rank: int) -> None:
    process = start(f"""
        import sys
        import numpy as np, mlmath_native as mm
        from mlmath_native import _mlmath
        print("ready", flush=True)
        try:
            _mlmath._testing.{function}({threads}, 50.0, {first_rank})
            print("not interrupted", flush=True)
        except KeyboardInterrupt:
            print("interrupted", flush=True)
        assert mm.dot(np.ones(300_000), np.ones(300_000)) == 300_000
        print(_mlmath._testing.team_size(2))
    """)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.3)  # well inside the region
    sent = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.stdout.readline() == "interrupted\n"
    assert time.monotonic() - sent < 1.0  # 0.2 s are promised; the rest is for a busy machine
    assert finish(process)[:2] == (0, "2")


def test_handler_that_returns_lets_the_region_go_on() -> None:
    handled: list[float] = []
    before = signal.signal(signal.SIGALRM, lambda *_: handled.append(time.monotonic()))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        testing.long_region(2, 1.0, 0)
        end = time.monotonic()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert len(handled) == 1
    assert handled[0] < end - 0.3  # during the region, not after it


# ---- the workers themselves ------------------------------------------------------------------------------------------------


def workers() -> list[pathlib.Path]:
    tasks = pathlib.Path("/proc/self/task").iterdir()
    return [task for task in tasks if (task / "comm").read_text().startswith("mlmath-")]


@linux
def test_workers_block_signals_and_sleep() -> None:
    assert testing.team_size(3) == 3
    assert len(workers()) >= 2
    for task in workers():
        fields = dict(line.split(":", 1) for line in (task / "status").read_text().splitlines())
        blocked = int(fields["SigBlk"], 16)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM, signal.SIGCHLD, signal.SIGUSR1):
            assert blocked >> (number - 1) & 1, f"{task.name} accepts {number!r}"
    deadline = time.monotonic() + HANG
    while any((task / "stat").read_text().rsplit(")", 1)[1].split()[0] != "S" for task in workers()):
        assert time.monotonic() < deadline, "a worker never sleeps"
        time.sleep(0.001)
