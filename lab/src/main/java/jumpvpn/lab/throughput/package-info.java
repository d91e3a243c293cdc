/**
 * {@code jumpvpn bench}: what a tunnel carries, beside no tunnel, wireguard-go and OpenVPN on the same machine in the same run. Uses of the project
 * {@code lab.netns}'s hosts and processes and {@code lab.bench}'s description of the machine; nothing depends on it.
 */
@NullMarked
package jumpvpn.lab.throughput;

import org.jspecify.annotations.NullMarked;
