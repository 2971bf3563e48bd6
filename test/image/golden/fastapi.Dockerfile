FROM docker.io/library/python:3.12-slim AS base

FROM base AS dependencies
ARG SOURCE_DATE_EPOCH=0
RUN python3 -m venv --without-pip /venv
COPY precompile.py /precompile.py
# Index configuration and certificate authorities reach pip as secrets: they are in no layer. Both may be absent.
COPY requirements/server.txt /requirements/
RUN --mount=type=secret,id=pipconf,target=/etc/pip.conf \
    --mount=type=secret,id=ca,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    python3 -m pip --python /venv/bin/python install --no-compile --disable-pip-version-check --root-user-action=ignore --require-hashes -r /requirements/server.txt
COPY requirements/xgboost.txt requirements/constraints-xgboost.txt /requirements/
RUN --mount=type=secret,id=pipconf,target=/etc/pip.conf \
    --mount=type=secret,id=ca,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    python3 -m pip --python /venv/bin/python install --no-compile --disable-pip-version-check --root-user-action=ignore --require-hashes -c /requirements/constraints-xgboost.txt -r /requirements/xgboost.txt \
 && PYTHONHASHSEED=0 /venv/bin/python /precompile.py /venv fastapi uvicorn uvicorn.protocols.http.h11_impl numpy xgboost && find /venv -exec touch -h -d @$SOURCE_DATE_EPOCH {} +

FROM base
COPY --link --from=dependencies /venv /venv
