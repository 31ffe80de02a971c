#!/bin/sh
# Where no registry of images can be reached: make stand-ins for the images that Dockerfile and
# compose.yaml name, from Debian's packages, so that `make image-check` can run. They do what the
# originals do for these two files, and no more. Needs root, mmdebstrap and a Docker engine.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# root SUITE PACKAGES NAME: a root file system as an image
root() {
  mmdebstrap --quiet --variant=minbase --aptopt='Acquire::Check-Valid-Until "false"' \
    --include="$2" "$1" "$folder/root.tar"
  docker import --change "ENV PATH=/usr/local/bin:/usr/lib/postgresql/15/bin:/usr/sbin:/usr/bin:/sbin:/bin" \
    "$folder/root.tar" "$3" > /dev/null
}

# Python as the official image has it: no compiled standard library; with this machine's way to packages.
root bookworm python3.11,python3-pip,python3-venv,ca-certificates stand-in-python
mkdir "$folder/python"
cat /etc/pip.conf > "$folder/python/pip.conf" 2> /dev/null || :
cp /etc/ssl/certs/ca-certificates.crt "$folder/python/"
cat > "$folder/python/Dockerfile" << 'END'
FROM stand-in-python
COPY pip.conf /etc/pip.conf
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
RUN ln -s /usr/bin/python3.11 /usr/local/bin/python && ln -s /usr/bin/pip3 /usr/local/bin/pip \
    && find / -xdev -depth -name __pycache__ -exec rm -r {} +
END
docker build --quiet --tag python:3.11-slim-bookworm "$folder/python"

# PostgreSQL, whose entrypoint makes the cluster with a server that no network reaches.
root bookworm postgresql-15,gosu stand-in-postgres
mkdir "$folder/postgres"
cat > "$folder/postgres/entrypoint.sh" << 'END'
set -e
export PGDATA=/var/lib/postgresql/data
install --directory --owner postgres --mode 0700 $PGDATA /var/run/postgresql
if [ ! -s $PGDATA/PG_VERSION ]; then
  echo "$POSTGRES_PASSWORD" > /tmp/password
  chmod 644 /tmp/password
  gosu postgres initdb --encoding=UTF8 --locale=C.UTF-8 --username="$POSTGRES_USER" --pwfile=/tmp/password
  rm /tmp/password
  echo "host all all all scram-sha-256" >> $PGDATA/pg_hba.conf
  gosu postgres pg_ctl --options="-c listen_addresses=''" --wait start
  gosu postgres createdb --username="$POSTGRES_USER" "$POSTGRES_DB"
  sleep 3  # the original may take as long
  gosu postgres pg_ctl --mode=fast --wait stop
fi
exec gosu postgres "$@" -c listen_addresses='*'
END
cat > "$folder/postgres/Dockerfile" << 'END'
FROM stand-in-postgres
COPY entrypoint.sh /
ENTRYPOINT ["sh", "/entrypoint.sh"]
STOPSIGNAL SIGINT
VOLUME /var/lib/postgresql/data
CMD ["postgres"]
END
docker build --quiet --tag postgres:15-bookworm "$folder/postgres"

# nginx; Debian's stable release is older than the stable version of nginx.
root unstable nginx stand-in-nginx
mkdir "$folder/nginx"
cat > "$folder/nginx/nginx.conf" << 'END'
user www-data;
worker_processes auto;
error_log /dev/stderr notice;
pid /run/nginx.pid;
events { worker_connections 1024; }
http {
  include mime.types;
  default_type application/octet-stream;
  access_log /dev/stdout combined;
  sendfile on;
  keepalive_timeout 65;
  include conf.d/*.conf;
}
END
cat > "$folder/nginx/Dockerfile" << 'END'
FROM stand-in-nginx
COPY nginx.conf /etc/nginx/nginx.conf
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]
END
docker build --quiet --tag nginx:stable "$folder/nginx"
