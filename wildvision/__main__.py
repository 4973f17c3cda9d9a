"""``python -m wildvision`` is the command ``wildvision``."""

from wildvision.cli import main

if __name__ == "__main__":
    main()
