/**
 * Network labs on Linux namespaces: the topology, a link emulator, traffic, captures, scenarios and their verdicts. Talks to the product as an
 * operator would: its command line, its event files, its packets. Uses of the project nothing but the name of its main class.
 */
@NullMarked
package jumpvpn.lab.netns;

import org.jspecify.annotations.NullMarked;
