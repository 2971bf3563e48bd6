/**
 * The Dockerfile that runs the program: its output is all that the last stage has.
 * @param base with Python 3.11 or later and pip
 * @param sealed without a network while the model is read; Buildah has no word for it that all of its versions know
 * @returns for a context with requirements.txt, tool/ and job/
 */
export function toolDockerfile(base: string, sealed: boolean): string {
  return `FROM ${base} AS optimize
USER 0:0
RUN python3 -m venv --without-pip /tools
COPY requirements.txt /requirements.txt
RUN --mount=type=secret,id=pipconf,target=/etc/pip.conf \\
    --mount=type=secret,id=ca,target=/etc/ssl/certs/ca-certificates.crt \\
    --mount=type=cache,target=/root/.cache/pip,sharing=locked \\
    python3 -m pip --python /tools/bin/python install --no-compile --disable-pip-version-check --root-user-action=ignore --require-hashes --only-binary :all: -r /requirements.txt
COPY tool /tool
COPY job /job
RUN ${sealed ? '--network=none ' : ''}mkdir /out && PYTHONHASHSEED=0 /tools/bin/python -B /tool /job /out

FROM scratch
COPY --from=optimize /out /
`;
}
