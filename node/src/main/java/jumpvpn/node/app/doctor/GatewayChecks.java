package jumpvpn.node.app.doctor;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import jumpvpn.core.net.Protocol;
import jumpvpn.core.security.Crypto;
import jumpvpn.node.config.ClientConfig;
import jumpvpn.node.config.GatewayEndpoint;

/** Whether a client's gateways can be reached: names, links, and what answers at each endpoint. */
final class GatewayChecks {
    /** What IPv6 must be able to carry inside, our 52 bytes, and the outer headers. */
    private static final int GOOD_MTU = 1280 + 52 + 48;

    private final Crypto crypto;
    private final List<Check> checks = new ArrayList<>();

    private GatewayChecks(Crypto crypto) {
        this.crypto = crypto;
    }

    static List<Check> all(ClientConfig config, Crypto crypto) {
        GatewayChecks checks = new GatewayChecks(crypto);
        for (ClientConfig.Gateway gateway : config.gateways()) {
            for (GatewayEndpoint endpoint : gateway.endpoints()) {
                checks.endpoint(gateway, endpoint);
            }
        }
        return checks.checks;
    }

    private void endpoint(ClientConfig.Gateway gateway, GatewayEndpoint endpoint) {
        String name = gateway.name() + " " + endpoint.protocol().scheme();
        InetAddress[] addresses;
        try {
            addresses = InetAddress.getAllByName(endpoint.host());
        } catch (UnknownHostException e) {
            checks.add(Check.fail(
                    name,
                    "the name " + endpoint.host() + " is not found",
                    "look at /etc/resolv.conf, or write an address in line " + endpoint.line()));
            return;
        }
        for (InetAddress address : addresses) {
            InetSocketAddress to = new InetSocketAddress(address, endpoint.port());
            InetAddress from = Probe.from(to);
            if (from == null || from.isAnyLocalAddress()) {
                checks.add(noRoute(name, address, addresses.length > 1));
            } else {
                checks.add(reached(name, to, gateway, endpoint));
                link(name, from);
            }
        }
    }

    private static Check noRoute(String name, InetAddress address, boolean isOneOfMany) {
        String found = address.getHostAddress() + ": no route from here";
        return isOneOfMany
                ? Check.ok(name, found + "; another address of the name is used")
                : Check.fail(name, found, "look at \"ip route get " + address.getHostAddress() + "\"");
    }

    private Check reached(String name, InetSocketAddress to, ClientConfig.Gateway gateway, GatewayEndpoint endpoint) {
        long began = System.nanoTime();
        Probe.Answer answer = switch (endpoint.protocol()) {
            case UDP -> Probe.udp(to, gateway.publicKey().bytes(), crypto);
            case QUIC -> Probe.quic(to, crypto);
            case TCP -> Probe.tcp(to);
        };
        long millis = (System.nanoTime() - began) / 1_000_000;
        String where = to.getAddress().getHostAddress() + ":" + to.getPort();
        boolean isUdp = endpoint.protocol() != Protocol.TCP;
        return switch (answer) {
            case YES -> Check.ok(name, where + " answered, " + millis + " ms");
            case SILENCE ->
                Check.fail(
                        name,
                        where + " does not answer",
                        (isUdp
                                        ? "a firewall between here and there drops UDP to port " + to.getPort()
                                        : "a firewall drops TCP to port " + to.getPort())
                                + ", the gateway is down, or its public key is not that of line " + gateway.line()
                                + (isUdp ? "; networks that block UDP let tcp:// on port 443 pass" : ""));
            case NOBODY_THERE ->
                Check.fail(
                        name,
                        where + ": nobody listens there",
                        "start the gateway, or mend the port in line " + endpoint.line());
            case NO_ROUTE ->
                Check.fail(
                        name,
                        where + " can't be sent to",
                        "look at \"ip route get " + to.getAddress().getHostAddress() + "\"");
        };
    }

    private void link(String name, InetAddress from) {
        try {
            NetworkInterface link = NetworkInterface.getByInetAddress(from);
            if (link != null && link.getMTU() < GOOD_MTU) {
                checks.add(Check.warn(
                        name,
                        link.getName() + " has an MTU of " + link.getMTU() + ": full packets go in two datagrams",
                        "raise it to " + GOOD_MTU + " or more if that link can: ip link set " + link.getName() + " mtu "
                                + GOOD_MTU));
            }
        } catch (SocketException e) {
            // the link has gone meanwhile
        }
    }
}
