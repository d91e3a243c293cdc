package jumpvpn.node.config;

import org.jspecify.annotations.Nullable;

/** Reads {@code [packets]}. */
final class PacketsSection {
    private PacketsSection() {}

    /** The defaults with what the file changes; what it says wrongly is a problem by then. */
    static Packets read(ConfigFile file) {
        Section section = file.optionalSection("packets", Sections.PACKETS);
        if (section == null) {
            return Packets.defaults();
        }
        Packets.Tun tun = section.choice("tun", Packets.Tun.class);
        Packets.Udp udp = section.choice("udp", Packets.Udp.class);
        Integer dscp = section.value("dscp", (text, line) -> dscp(text));
        return new Packets(
                section.number("shards", 1, Packets.MOST_SHARDS, Packets.defaultShards()),
                or(tun, Packets.Tun.ALL),
                or(udp, Packets.Udp.ALL),
                or(dscp, 0));
    }

    private static <T> T or(@Nullable T value, T defaultValue) {
        return value == null ? defaultValue : value;
    }

    private static int dscp(String text) throws BadValue {
        if (text.equals("hide")) {
            return 0;
        }
        if (text.equals("copy")) {
            return Packets.COPY_DSCP;
        }
        if (text.matches("[0-9]{1,2}") && Integer.parseInt(text) <= Packets.MOST_DSCP) {
            return Integer.parseInt(text);
        }
        throw new BadValue(
                "\"dscp\" can't be \"" + text + "\"",
                "choose \"hide\", \"copy\" or a code point from \"0\" to \"" + Packets.MOST_DSCP + "\"");
    }
}
