# syntax=docker/dockerfile:1
# Two stages: packages are installed in the first, and only the result goes into the second,
# which has no compiler and no package sources.

FROM python:3.11-slim-bookworm AS build
WORKDIR /src
RUN python -m venv /opt/alliance
COPY requirements.lock ./
RUN /opt/alliance/bin/pip install --no-cache-dir --disable-pip-version-check \
      --require-hashes --requirement requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY psychometrics psychometrics
COPY schemas schemas
COPY service service
RUN /opt/alliance/bin/pip install --no-cache-dir --disable-pip-version-check \
      --no-deps --no-build-isolation --no-index .

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /var/lib/alliance --create-home alliance
COPY --from=build /opt/alliance /opt/alliance
ENV PATH=/opt/alliance/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    ALLIANCE_DATA=/var/lib/alliance
USER alliance
WORKDIR /var/lib/alliance
VOLUME /var/lib/alliance
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s CMD \
    ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["alliance", "serve", "--host", "0.0.0.0", "--port", "8000"]
