"""`python -m sim.web`: the page without opening a browser, for those who work on it."""

import argparse

from sim.web.app import app
from sim.web.serving import HERE, listen, serve

if __name__ == "__main__":
    words = argparse.ArgumentParser()
    words.add_argument("--port", type=int, default=8000)
    where = listen(HERE, words.parse_args().port)
    print(f"http://{HERE}:{where.getsockname()[1]}/", flush=True)
    serve(app(), where)
