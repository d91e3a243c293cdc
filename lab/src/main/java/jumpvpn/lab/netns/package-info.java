/**
 * Network labs on Linux namespaces: the topology, a link emulator, traffic, captures, scenarios and their verdicts. Talks to the product as an
 * operator would: its command line, its event files, its packets. Uses of the project the name of its main class and {@code node.host}'s system calls, nothing else.
 */
@NullMarked
package jumpvpn.lab.netns;

import org.jspecify.annotations.NullMarked;
