"""Watches the cameras of this package and serves what it counts. Run: python serve.py --port 8700."""

from __future__ import annotations

import argparse
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Start the cameras and serve."""
    # Imported here: the cameras' processes import this file again, and need nothing of the service.
    import uvicorn
    from service import create_app, load

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, default=8700, help="port (default: 8700)")
    parser.add_argument("--data", type=Path, default=HERE, help="folder of observations.sqlite (default: this one)")
    asked = parser.parse_args()
    app = create_app(load(HERE), asked.data / "observations.sqlite")
    # A page that is left open does not hold up the end.
    uvicorn.run(app, host=asked.host, port=asked.port, log_level="warning", timeout_graceful_shutdown=3)


if __name__ == "__main__":
    main()
