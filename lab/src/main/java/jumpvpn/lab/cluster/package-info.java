/**
 * {@code jumpvpn lab cluster}: several real gateways over a real etcd of three, and what is done to them. Talks to the product as an operator would. Uses of the project what {@code lab.netns} has of
 * namespaces and processes, {@code lab.sessions}' many clients, and of the product the name of its main class and what audits event files. Two need more: a copied client is two agents of the core, and the
 * gateway without fencing is the node's own with a fault planted.
 */
@NullMarked
package jumpvpn.lab.cluster;

import org.jspecify.annotations.NullMarked;
