"""Has a defect."""

raise SystemExit(1)
