#!/bin/sh
# Gives Wellkept's own account the password of the environment, keeps the appliances' accounts, starts the broker.
set -eu
data="${MOSQUITTO_DATA:-/mosquitto/data}"
config="${MOSQUITTO_CONFIG:-/wellkept/mosquitto.conf}"
umask 077
[ -e "$data/passwords" ] || : > "$data/passwords"
mosquitto_passwd -b "$data/passwords" wellkept "$WELLKEPT_MQTT_PASSWORD"
unset WELLKEPT_MQTT_PASSWORD
exec mosquitto -c "$config"
