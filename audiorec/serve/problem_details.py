"""Errors as problem details (RFC 9457): a status, a title, and one line that says what to do. No traces, no paths."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from audiorec.errors import AudiorecError, InputError, UnknownNameError

_TITLES = {
    400: "This request cannot be used",
    401: "Who are you?",
    403: "Not from here",
    404: "Not found",
    405: "This cannot be done to it",
    409: "Not now",
    413: "Too large",
    422: "This request cannot be used",
    429: "Too many tries",
    503: "Not ready yet",
}


class NotReadyError(AudiorecError):
    """The library is still being opened; try again in a moment."""


class GoneError(AudiorecError):
    """A song is known and its file is not there."""


def problem(status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    """A response of the type application/problem+json."""
    body = {"type": "about:blank", "title": _TITLES.get(status, "Error"), "status": status, "detail": detail}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def add_handlers(app: FastAPI) -> None:
    """Answer every error of the project's family, of the framework and of validation as a problem."""

    @app.exception_handler(AudiorecError)
    def ours(request: Request, error: AudiorecError) -> Response:
        if isinstance(error, NotReadyError):
            return problem(503, str(error), {"Retry-After": "1"})
        if isinstance(error, UnknownNameError | GoneError):
            return problem(404, str(error))
        return problem(400 if isinstance(error, InputError) else 409, str(error))

    @app.exception_handler(HTTPException)
    def theirs(request: Request, error: HTTPException) -> Response:
        return problem(error.status_code, str(error.detail), dict(error.headers or {}))

    @app.exception_handler(Exception)
    def bug(request: Request, error: Exception) -> Response:
        # The log has the trace, by the framework; the answer has none.
        return problem(500, "this is a fault of audiorec: its log says more")

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> Response:
        reasons = [f"{'.'.join(str(part) for part in one['loc'][1:])}: {one['msg']}" for one in error.errors()]
        return problem(422, "; ".join(reasons)[:500])
