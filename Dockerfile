# One container alone:  docker run -p 127.0.0.1:8000:8000 -v questions:/data question-service
# sets up an embedded database in /data, loads the questions that come along, and serves.
# Nothing but /data is written to: --read-only --tmpfs /tmp may be added.

FROM python:3.11-slim-bookworm AS build

# `--build-arg REQUIREMENTS=otel` brings what QUESTIONS_OTEL needs.
ARG REQUIREMENTS=runtime
COPY requirements /requirements
RUN python -m venv /venv \
 && /venv/bin/python -m pip install --no-cache-dir --only-binary :all: --no-deps --require-hashes \
        -r /requirements/${REQUIREMENTS}.txt -r /requirements/build.txt

# Installed where it lies, as on a developer's machine: templates and seed stand beside the code.
COPY . /app
RUN /venv/bin/python -m pip install --no-cache-dir --no-deps --no-build-isolation --editable /app \
 && /venv/bin/python -m pip uninstall --yes pip setuptools \
 && /venv/bin/python -m compileall -q /venv /app \
 && mkdir /data


FROM python:3.11-slim-bookworm

ENV PATH="/venv/bin:$PATH" \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DATABASE_URL=sqlite:////data/questions.db \
    QUESTIONS_HOST=0.0.0.0 \
    PORT=8000

COPY --from=build /venv /venv
COPY --from=build /app /app
# A new volume takes its owner from this folder.
COPY --from=build --chown=10001:10001 /data /data

WORKDIR /app
USER 10001:10001
VOLUME /data
EXPOSE 8000

# Without a proxy: the address is this container's own, whatever http_proxy says.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.build_opener(r.ProxyHandler({})).open('http://127.0.0.1:' + os.environ.get('QUESTIONS_PORT', os.environ['PORT']) + '/readyz', timeout=4)"]

ENTRYPOINT ["questions"]
CMD ["run"]
