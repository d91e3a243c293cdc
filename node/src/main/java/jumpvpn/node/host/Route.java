package jumpvpn.node.host;

import jumpvpn.core.net.IpAddress;
import jumpvpn.core.net.Prefix;
import org.jspecify.annotations.Nullable;

/**
 * A unicast route of the main table, or an address of this host (which is a route of the local table).
 *
 * @param linkIndex the interface it leads to; 0: several, or none
 * @param gateway the next hop, or null: directly connected
 * @param ownAddress whether it is an address of this host itself
 */
public record Route(
        Prefix destination, int linkIndex, @Nullable IpAddress gateway, boolean ownAddress) {
    static final int RTM_NEWROUTE = 24;
    static final int RTM_DELROUTE = 25;
    static final int RTM_GETROUTE = 26;
    static final int RTMSG_BYTES = 12;
    static final int RTA_DST = 1;
    static final int RTA_OIF = 4;
    static final int RTA_GATEWAY = 5;
    static final int RTA_PREFSRC = 7;
    static final int RT_TABLE_MAIN = 254;
    static final int RTN_UNICAST = 1;

    private static final int RT_TABLE_LOCAL = 255;
    private static final int RTN_LOCAL = 2;
    private static final int RTM_F_CLONED = 0x200;

    /** Whether a route message is about a default route of the main table. */
    static boolean isDefault(Netlink.Message message) {
        return message.u8(1) == 0 && message.u8(4) == RT_TABLE_MAIN && (message.i32(8) & RTM_F_CLONED) == 0;
    }

    /** The route in a message, or null if it is of no interest here. rtmsg: family 0, destination length 1, source length 2, tos 3, table 4, protocol 5, scope 6, type 7, flags 8. */
    static @Nullable Route of(Netlink.Message message) {
        int family = message.u8(0);
        int table = message.u8(4);
        int type = message.u8(7);
        boolean own = table == RT_TABLE_LOCAL && type == RTN_LOCAL;
        boolean wanted = own || (table == RT_TABLE_MAIN && type == RTN_UNICAST);
        if (!wanted
                || (family != Netlink.AF_INET && family != Netlink.AF_INET6)
                || (message.i32(8) & RTM_F_CLONED) != 0) {
            return null;
        }
        byte[] destination = message.attribute(RTMSG_BYTES, RTA_DST);
        byte[] gateway = message.attribute(RTMSG_BYTES, RTA_GATEWAY);
        return new Route(
                new Prefix(
                        IpAddress.of(destination != null ? destination : new byte[family == Netlink.AF_INET ? 4 : 16]),
                        message.u8(1)),
                message.attribute(RTMSG_BYTES, RTA_OIF, 0),
                gateway == null ? null : IpAddress.of(gateway),
                own);
    }
}
