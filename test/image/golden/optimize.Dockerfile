FROM docker.io/library/python:3.12-slim AS optimize
USER 0:0
RUN python3 -m venv --without-pip /tools
COPY requirements.txt /requirements.txt
RUN --mount=type=secret,id=pipconf,target=/etc/pip.conf \
    --mount=type=secret,id=ca,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    python3 -m pip --python /tools/bin/python install --no-compile --disable-pip-version-check --root-user-action=ignore --require-hashes --only-binary :all: -r /requirements.txt
COPY tool /tool
COPY job /job
RUN --network=none mkdir /out && PYTHONHASHSEED=0 /tools/bin/python -B /tool /job /out

FROM scratch
COPY --from=optimize /out /
