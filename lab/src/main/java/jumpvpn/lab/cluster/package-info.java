/** Many gateways and the store that they share, as real processes. Uses of the project {@code node} and {@code lab.netns}'s hosts and processes; nothing depends on it. */
@NullMarked
package jumpvpn.lab.cluster;

import org.jspecify.annotations.NullMarked;
