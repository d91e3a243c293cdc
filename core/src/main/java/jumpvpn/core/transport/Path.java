package jumpvpn.core.transport;

import jumpvpn.core.net.Endpoint;
import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Protocol;

/**
 * One way to reach a gateway: protocol × local interface and address × gateway endpoint.
 *
 * @param id unique while the process lives, also after the path went and came back
 * @param link the local interface's name
 * @param gateway the gateway's name in the configuration
 * @param preference order of the gateway's endpoints in the configuration, 0 first
 */
public record Path(
        int id,
        Protocol protocol,
        String link,
        LinkKind kind,
        IpAddress local,
        String gateway,
        Endpoint remote,
        int preference) {

    /** What operators call it: {@code udp/wlan0/192.0.2.7>198.51.100.1:4500}. */
    public String name() {
        return protocol.scheme() + "/" + link + "/" + local + ">" + remote;
    }

    /** Whether an operator's word means this path: its name or id, or its protocol, link or local address. */
    public boolean matches(String word) {
        return word.equals(name())
                || word.equals(Integer.toString(id))
                || word.equals(link)
                || word.equals(protocol.scheme())
                || word.equals(local.toString())
                || name().startsWith(word + ">");
    }

    /** The same way out, to an endpoint that is not in the configuration; its gateway has no name but that. */
    public Path towards(Endpoint other) {
        return new Path(id, protocol, link, kind, local, other.toString(), other, preference);
    }

    @Override
    public String toString() {
        return name();
    }
}
