package jumpvpn.lab.netns;

import java.util.Locale;

/** One of the client's two ways to the internet. */
public enum Uplink {
    /** Preferred. */
    A("wifi0", "10.1.0", "02:00:00:00:0a:01", "02:00:00:00:0a:02", 100, "198.51.100.11"),
    /** The other. */
    B("lte0", "10.2.0", "02:00:00:00:0b:01", "02:00:00:00:0b:02", 200, "198.51.100.12");

    final String device;
    final String network;
    final String clientMac;
    final String routerMac;
    final int metric;
    /** The router's address on the internet: what the gateway sees. */
    final String publicAddress;

    Uplink(String device, String network, String clientMac, String routerMac, int metric, String publicAddress) {
        this.device = device;
        this.network = network;
        this.clientMac = clientMac;
        this.routerMac = routerMac;
        this.metric = metric;
        this.publicAddress = publicAddress;
    }

    String clientAddress() {
        return network + ".2";
    }

    String routerAddress() {
        return network + ".1";
    }

    /** The client's IPv6 address, seen as it is also behind the router. */
    String clientAddressV6() {
        return networkV6() + "::2";
    }

    String routerAddressV6() {
        return networkV6() + "::1";
    }

    /** The first 48 bits, a network of 64. */
    String networkV6() {
        return "2001:db8:" + name().toLowerCase(Locale.ROOT);
    }

    /** The router's IPv6 address on the internet. */
    String publicAddressV6() {
        return "2001:db8:99::" + (this == A ? "11" : "12");
    }

    /** Another of the router's addresses on the internet. */
    String otherPublicAddress() {
        return publicAddress.replaceFirst("\\.1(\\d)$", ".2$1");
    }

    /** The emulator's interface towards the client: the outer link, where the captures are taken. */
    String nearTap() {
        return "near" + name();
    }

    String farTap() {
        return "far" + name();
    }

    /** The router's interface towards the client. */
    String routerDevice() {
        return "lan" + name();
    }
}
