# SPDX-License-Identifier: BSD-3-Clause
"""A source distribution holds the sources, all of them, and nothing else."""

import subprocess
import sys
import tarfile


def main(path: str) -> int:
    with tarfile.open(path) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
        size = sum(member.size for member in archive.getmembers())
    listing = subprocess.run(["git", "ls-files", "cpp", "python", "cmake", "tests"], check=True, capture_output=True, text=True)
    wanted = set(listing.stdout.split())
    wanted |= {"pyproject.toml", "CMakeLists.txt", "LICENSE", "README.md"}
    missing = sorted(wanted - names)
    folders = ("build/", "dist/", ".venv", "mlmath-tour/")
    strays = sorted(n for n in names if n.endswith((".so", ".o", ".pyc")) or n.startswith(folders))
    for name in missing:
        print(f"missing from the sdist: {name}")
    for name in strays:
        print(f"does not belong in the sdist: {name}")
    if size > 16 << 20:
        print(f"the sdist unpacks to {size / 2**20:.1f} MiB; more than 16 means something strayed in")
        return 1
    print(f"sdist: {len(names)} files, {size / 2**20:.2f} MiB")
    return 1 if missing or strays else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
