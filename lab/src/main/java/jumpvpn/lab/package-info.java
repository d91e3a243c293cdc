/** The lab: one command that shows, with real processes in real network namespaces, what the product promises. May use core and node; nothing depends on it. */
@NullMarked
package jumpvpn.lab;

import org.jspecify.annotations.NullMarked;
