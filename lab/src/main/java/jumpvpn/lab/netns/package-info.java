/**
 * Network labs on Linux namespaces: the topology, a link emulator, traffic, captures, scenarios and their verdicts. Talks to the product as an
 * operator would: its command line, its event files, its packets. Uses of the project the name of its main class, {@code node.host}'s system calls, values such as policy, protocols and endpoints,
 * what reads and audits event files, and its keys for clients that are many.
 */
@NullMarked
package jumpvpn.lab.netns;

import org.jspecify.annotations.NullMarked;
