"""Run property tests under a coverage-guided fuzzer: what it finds reaching new code, it keeps and varies.

The properties are those of ``tests/property``; the fuzzer (Atheris, with libFuzzer below it) takes Hypothesis's place in choosing what
they see. Each runs in a process of its own for ``--seconds``. What makes one fail, or hang for ten seconds, is shown and stays in
``.fuzz/``; so does what reached new code, from where the next run goes on.
"""

import argparse
import importlib
import subprocess
import sys
from pathlib import Path

import atheris

PROPERTIES = (
    "test_powershell_language.test_any_text_is_a_script_or_a_parse_error",
    "test_powershell_language.test_a_session_survives_any_script",
    "test_powershell_language.test_any_arguments_bind_or_are_refused",
    "test_powershell_language.test_any_line_completes",
    "test_powershell_language.test_any_text_is_a_filter_or_refused",
    "test_imap_codec.test_any_text_is_a_command_or_none",
    "test_rfc5322.test_any_bytes_are_a_message_or_refused",
    "test_mime.test_any_bytes_have_a_structure_whose_sections_lie_inside",
    "test_sasl.test_any_bytes_are_answered_or_refused",
)
LONGEST_RUN = 10  # seconds for one example, after which it counts as a hang
LONGEST_INPUT = 4096  # octets
TESTS = Path(__file__).resolve().parents[1]
KEPT = TESTS.parent / ".fuzz"


def fuzz(name: str, seconds: int) -> None:
    """Fuzz one property in this process, which ends with it."""
    module, _, test = name.partition(".")
    with atheris.instrument_imports(include=["delegacy"]):
        found = getattr(importlib.import_module(module), test)
    corpus = KEPT / name
    corpus.mkdir(parents=True, exist_ok=True)
    options = (
        f"-max_total_time={seconds}",
        f"-timeout={LONGEST_RUN}",
        f"-max_len={LONGEST_INPUT}",
        "-len_control=0",
        f"-artifact_prefix={KEPT}/{name}-",
        "-print_final_stats=1",
    )
    atheris.Setup([name, *options, str(corpus)], found.hypothesis.fuzz_one_input)
    atheris.Fuzz()


def main() -> int:
    """Fuzz the properties that are asked for, all of them by default; return how many failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("properties", nargs="*", metavar="PROPERTY", help=f"of {', '.join(PROPERTIES)}")
    parser.add_argument("--seconds", type=int, default=60, help="for each property (60)")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    parsed = parser.parse_args()
    sys.path[:0] = [str(TESTS), str(TESTS / "property")]
    if parsed.here:
        fuzz(parsed.properties[0], parsed.seconds)
    failed = 0
    for name in parsed.properties or PROPERTIES:
        print(f"--- {name}", flush=True)
        command = [sys.executable, __file__, "--here", "--seconds", str(parsed.seconds), name]
        failed += subprocess.run(command, check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
