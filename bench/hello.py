"""A FastAPI route that says hello, behind the same server, middleware and error answers as ours."""

import sys

import uvicorn
from fastapi import FastAPI

from certifly.core.logging import configure_logging
from certifly.web.errors import install_error_answers
from certifly.web.frame import Frame

app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
install_error_answers(app)


@app.get("/hello")
async def hello() -> dict[str, str]:
    """The least that a framework can do."""
    return {"hello": "world"}


app.add_middleware(Frame)

if __name__ == "__main__":
    configure_logging("warning")
    uvicorn.run(
        app, port=int(sys.argv[1]), loop="uvloop", http="httptools", access_log=False, log_config=None
    )
