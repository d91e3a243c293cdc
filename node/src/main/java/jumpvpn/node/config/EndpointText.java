package jumpvpn.node.config;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Protocol;

/** Reads {@code scheme://host:port}; the host is an IPv4 literal, an IPv6 literal in brackets or a name (RFC 3986 section 3.2.2, RFC 1123 section 2.1). */
final class EndpointText {
    private static final Pattern SHAPE =
            Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*)://(?:\\[([^\\[\\]]*)]|([^:/\\[\\]]*)):([0-9]{1,5})");
    private static final Pattern NAME = Pattern.compile(
            "(?=.{1,253}$)(?!.*[.][0-9]+$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*");
    private static final List<String> SCHEMES =
            Arrays.stream(Protocol.values()).map(Protocol::scheme).toList();

    private EndpointText() {}

    static Listen listen(String text, int line) throws BadValue {
        GatewayEndpoint endpoint = endpoint(text, line);
        IpAddress address = endpoint.address()
                .orElseThrow(() -> new BadValue(
                        "\"" + text + "\" listens on a name",
                        "write an address of this machine, or 0.0.0.0 or [::] for all"));
        return new Listen(endpoint.protocol(), new Endpoint(address, endpoint.port()), line);
    }

    static GatewayEndpoint endpoint(String text, int line) throws BadValue {
        Matcher parts = SHAPE.matcher(text);
        if (!parts.matches()) {
            throw new BadValue("\"" + text + "\" is no endpoint", missing(text));
        }
        boolean brackets = parts.group(2) != null;
        String host = brackets ? parts.group(2) : parts.group(3);
        Optional<IpAddress> literal = literal(host);
        if (brackets && literal.filter(address -> !address.isV4()).isEmpty()) {
            throw new BadValue(
                    "\"" + host + "\" in \"" + text + "\" is no IPv6 address",
                    "write [2001:db8::1] in brackets, an IPv4 address or name without");
        }
        if (literal.isEmpty() && !NAME.matcher(host).matches()) {
            throw new BadValue(
                    "\"" + host + "\" in \"" + text + "\" is neither an address nor a name",
                    "write scheme://host:port, such as udp://198.51.100.1:4500");
        }
        int port = Integer.parseInt(parts.group(4));
        if (port < 1 || port > 65535) {
            throw new BadValue(
                    "port " + port + " in \"" + text + "\" does not exist", "use a port of 1 to 65535, such as 4500");
        }
        return new GatewayEndpoint(protocol(parts.group(1), text), host, port, line);
    }

    private static String missing(String text) {
        if (!text.contains("://")) {
            return "put the protocol in front: \"udp://" + text + "\"";
        }
        if (text.indexOf(':', text.indexOf("://") + 3) < 0) {
            return "add the port: \"" + text + ":4500\"";
        }
        return "write scheme://host:port, such as udp://198.51.100.1:4500 or udp://[2001:db8::1]:4500";
    }

    private static Protocol protocol(String typed, String text) throws BadValue {
        for (Protocol protocol : Protocol.values()) {
            if (protocol.scheme().equals(typed.toLowerCase(Locale.ROOT))) {
                return protocol;
            }
        }
        throw new BadValue(
                "\"" + typed + "\" in \"" + text + "\" is no protocol of ours",
                Similar.to(typed, SCHEMES)
                        .map(near -> "did you mean \"" + near + "\"?")
                        .orElse("use one of " + String.join(", ", SCHEMES)));
    }

    static Optional<IpAddress> literal(String host) {
        try {
            return Optional.of(IpAddress.parse(host));
        } catch (IllegalArgumentException notALiteral) {
            return Optional.empty();
        }
    }

    static String format(Protocol protocol, String authority) {
        return protocol.scheme() + "://" + authority;
    }
}
