/** What {@code doctor} looks at: the machine, and what one configuration wants of it and of the network. May use everything below {@code node.app}; changes nothing that stays. */
@NullMarked
package jumpvpn.node.app.doctor;

import org.jspecify.annotations.NullMarked;
