# Two stages: packages are installed in the first, and only the result goes into the second, which
# has no compiler and no package sources.

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
      --no-deps --no-build-isolation --no-index . \
    && /opt/alliance/bin/pip uninstall --yes setuptools pip \
    && find /opt/alliance -depth -type d -name tests -exec rm -r {} +

FROM python:3.11-slim-bookworm
# The base image has no compiled standard library, and the service's user may not write there.
RUN python -m compileall -q -x site-packages "$(python -c 'import os; print(os.path.dirname(os.__file__))')" \
    && useradd --uid 10001 --user-group --no-create-home --home-dir /var/lib/alliance \
      --shell /usr/sbin/nologin alliance \
    && install --directory --owner alliance --group alliance --mode 0700 /var/lib/alliance
COPY --from=build /opt/alliance /opt/alliance
ENV PATH=/opt/alliance/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    ALLIANCE_DATA=/var/lib/alliance
USER 10001:10001
WORKDIR /var/lib/alliance
VOLUME /var/lib/alliance
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD \
    ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["alliance", "serve", "--host", "0.0.0.0", "--port", "8000"]
