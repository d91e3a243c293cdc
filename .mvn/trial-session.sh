#!/bin/sh
# A client's session with a gateway, over a cable between two network namespaces, so that the JVM can note what a client loads, links and compiles.
#
#   unshare --net trial-session.sh FOLDER CACHE JAVA OPTION...
#
# FOLDER is that of gateway.toml and laptop.toml as `jumpvpn gateway init` and `client add` write them; CACHE is the file to write. Ends with 0 if it was written.
set -eu
[ -w /dev/net/tun ]
folder=$1
cache=$2
java=$3
serve=$(dirname "$java")/jwebserver
shift 3

# Until the command holds, for 20 s at most.
until_holds() {
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        [ $tries -lt 200 ] || return 1
        sleep 0.1
    done
}

is_apart() {
    [ "$(readlink /proc/$host/ns/net)" != "$(readlink /proc/$$/ns/net)" ]
}

# Whether the client's rehearsal of jumps, and of QUIC and TCP, is over: its thread is gone. What it did not come to is loaded at the first jump instead.
is_rehearsed() {
    read -r jvm </proc/$client/task/$client/children || return 0 # no such file in this kernel, or it has ended
    ! grep -qsx rehearsal /proc/$jvm/task/*/comm
}

# What there is at this address, by a command run so; for 15 s at most, and no harm if there is no curl.
download() {
    url=$1
    shift
    "$@" curl -so /dev/null --noproxy '*' --max-time 5 --retry 10 --retry-connrefused --retry-delay 1 --retry-max-time 10 "$url" || :
}

# Pings one by one: what is compiled during nothing but downloads is thrown away at the first packet of another kind.
alone() {
    ping -q -n -c 300 -i 0.01 10.77.0.1 >/dev/null || :
}

urls='["udp://192.0.2.1:4500", "quic://192.0.2.1:443", "tcp://192.0.2.1:443"]'
sed -i "s|^listen .*|listen = $urls|; s|^private-key .*|&\ncontrol = \"gw1.sock\"|" "$folder/gateway.toml"
sed -i "s|^endpoints .*|endpoints = $urls|; s|^private-key .*|&\ncontrol = \"laptop.sock\"\nevents = \"laptop.jsonl\"|" "$folder/laptop.toml"

unshare --net sleep 60 &
host=$!
gateway=
client=
server=
trap 'kill $server $client $gateway $host 2>/dev/null || :; wait' EXIT # a client that is stopped still writes
until_holds is_apart
ip link add cable0 type veth peer name cable0 netns $host
ip address add 192.0.2.2/24 dev cable0
ip link set cable0 up
ip link set lo up
at_gateway="nsenter --target $host --net"
$at_gateway sh -c 'ip address add 192.0.2.1/24 dev cable0 && ip link set cable0 up && ip link set lo up'

$at_gateway timeout 60 "$java" "$@" jumpvpn.node.app.Main gateway --config "$folder/gateway.toml" &
gateway=$!
until_holds [ -S "$folder/gw1.sock" ]
timeout 60 "$java" -XX:AOTCacheOutput="$cache" "$@" jumpvpn.node.app.Main connect --config "$folder/laptop.toml" &
client=$!
until_holds grep -qs HANDSHAKE_OK "$folder/laptop.jsonl"
alone
mkdir "$folder/served"
truncate -s 600M "$folder/served/zeros"
$at_gateway timeout 60 "$serve" -b 10.77.0.1 -p 8000 -d "$folder/served" &
server=$!
download http://10.77.0.1:8000/zeros
kill $server
timeout 60 "$serve" -b 10.77.0.2 -p 8000 -d "$folder/served" &
server=$!
download http://10.77.0.2:8000/zeros $at_gateway
alone
until_holds is_rehearsed || :
sleep 2 # what was asked to be compiled is
kill $client
wait $client || :
client=
[ -s "$cache" ]
