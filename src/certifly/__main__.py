"""``python -m certifly``: the operators' command line."""

from certifly.cli.main import main

if __name__ == "__main__":
    main()
