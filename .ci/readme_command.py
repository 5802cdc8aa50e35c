# SPDX-License-Identifier: BSD-3-Clause
"""Print the command in the fenced block that follows `<!-- MARK -->` in a Markdown file: what users are told is what is tested."""

import pathlib
import re
import sys


def command_after(text: str, mark: str) -> str:
    match = re.search(rf"<!-- {re.escape(mark)} -->\s*\n```[a-z]*\n(.*?)\n```", text, re.DOTALL)
    if match is None:
        raise SystemExit(f"no fenced block after <!-- {mark} -->")
    return match.group(1).strip()


if __name__ == "__main__":
    print(command_after(pathlib.Path(sys.argv[1]).read_text(), sys.argv[2]))
