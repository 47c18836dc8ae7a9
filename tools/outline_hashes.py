"""Write into the shipped outlines for which official words their texts were written.

    PLAN_SOURCES=folder python tools/outline_hashes.py

Run it after reading the texts again against the city's files (named <plan>-<edition>.*): it vouches for them. Only hashes
are written, never the official words.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ichinoseki_portal.settings")


def main() -> int:
    import django

    django.setup()
    from plans.models.clauses import official_hash
    from plans.reader.text import read_text

    folder = Path(os.environ.get("PLAN_SOURCES", ""))
    for outline in sorted((ROOT / "plans" / "data" / "outline").glob("*.json")):
        found = sorted(folder.glob(f"{outline.stem}.*")) if folder.is_dir() else []
        if not found:
            print(f"{outline.stem}: no source")
            continue
        words = {clause.code: clause for clause in read_text(found[0].read_bytes()).clauses}
        data = json.loads(outline.read_text(encoding="utf-8"))
        for row in data["clauses"]:
            clause = words[row["code"]]
            for text in row["texts"]:
                text["written_for"] = official_hash(clause.label, clause.title, clause.body)
        outline.write_text(json.dumps(data, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        print(f"{outline.stem}: {len(data['clauses'])} clauses")
    return 0


if __name__ == "__main__":
    sys.exit(main())
