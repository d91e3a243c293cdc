package jumpvpn.lab.throughput;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jumpvpn.lab.netns.NodeSetting;

/**
 * What takes its turn in the measurements.
 *
 * @param label as it is asked for and shown
 * @param kind what it is
 * @param setting what this project's files say besides; of no meaning for the others
 */
record Contender(String label, Kind kind, NodeSetting setting) {
    /** What there is. */
    enum Kind {
        NONE("none"),
        WIREGUARD_GO("wireguard-go"),
        OPENVPN("openvpn"),
        JUMPVPN("jumpvpn");

        private final String label;

        Kind(String label) {
            this.label = label;
        }
    }

    private static final List<String> CRYPTO = List.of("jdk", "libcrypto", "ipsec-mb");

    /** Each kind once, ours with the ciphers that it takes by itself. */
    static List<Contender> all() {
        return Arrays.stream(Kind.values())
                .map(kind -> new Contender(kind.label, kind, NodeSetting.NONE))
                .toList();
    }

    /**
     * Reads names, separated by commas.
     *
     * @throws IllegalArgumentException if one is unknown or stands there twice
     */
    static List<Contender> parse(String names) {
        List<Contender> contenders = new ArrayList<>();
        for (String name : names.split(",", -1)) {
            Contender contender = one(name);
            if (contenders.contains(contender)) {
                throw new IllegalArgumentException("--vpn names " + name + " twice");
            }
            contenders.add(contender);
        }
        return contenders;
    }

    private static Contender one(String name) {
        for (Contender plain : all()) {
            if (plain.label.equals(name)) {
                return plain;
            }
        }
        String ours = Kind.JUMPVPN.label + ":";
        if (name.startsWith(ours)) {
            String set = name.substring(ours.length());
            String pairs = CRYPTO.contains(set) ? "crypto=" + set : set;
            return new Contender(name, Kind.JUMPVPN, NodeSetting.parse(List.of(pairs.split("\\+", -1))));
        }
        throw new IllegalArgumentException(
                "--vpn: there is no \"" + name
                        + "\"; choose of none, wireguard-go, openvpn, jumpvpn, jumpvpn:jdk, jumpvpn:libcrypto, jumpvpn:ipsec-mb, jumpvpn:KEY=VALUE+KEY=VALUE");
    }
}
