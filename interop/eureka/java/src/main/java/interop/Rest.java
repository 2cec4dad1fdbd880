package interop;

import com.netflix.appinfo.DataCenterInfo;
import com.netflix.appinfo.InstanceInfo;
import com.netflix.appinfo.InstanceInfo.InstanceStatus;
import com.netflix.appinfo.LeaseInfo;
import com.netflix.appinfo.MyDataCenterInfo;
import com.netflix.discovery.shared.resolver.DefaultEndpoint;
import com.netflix.discovery.shared.transport.EurekaHttpClient;
import com.netflix.discovery.shared.transport.jersey3.Jersey3ApplicationClientFactory;
import com.netflix.eureka.cluster.protocol.ReplicationInstance;
import com.netflix.eureka.cluster.protocol.ReplicationList;
import com.netflix.eureka.registry.PeerAwareInstanceRegistryImpl.Action;
import com.netflix.eureka.resources.DefaultServerCodecs;
import com.netflix.eureka.transport.Jersey3ReplicationClient;
import org.springframework.cloud.netflix.eureka.server.EurekaServerConfigBean;

/** What Netflix's own clients are tested with against its own server: each operation, and what came of it. */
final class Rest {
  private Rest() {}

  static void main(String url) {
    EurekaHttpClient client =
        Jersey3ApplicationClientFactory.newBuilder().build().newClient(new DefaultEndpoint(url));
    InstanceInfo one = instance("rest-1", 1);
    say("register", client.register(one).getStatusCode());
    var beat = client.sendHeartBeat(one.getAppName(), one.getId(), one, null);
    say("heartbeat", beat.getStatusCode() + " " + beat.getEntity());
    say("heartbeat of nobody", client.sendHeartBeat(one.getAppName(), "nobody", one, null).getStatusCode());
    say("found", status(client, one));
    say("override", client.statusUpdate(one.getAppName(), one.getId(), InstanceStatus.DOWN, one).getStatusCode());
    say("overridden", status(client, one));
    say("override removed", client.deleteStatusOverride(one.getAppName(), one.getId(), one).getStatusCode());
    say("not overridden", status(client, one));
    say("register again", client.register(one).getStatusCode());
    say("found again", status(client, one));
    var all = client.getApplications().getEntity();
    say("all", all.getRegisteredApplications("REST").getInstances().size() + " " + all.getAppsHashCode() + " " + all.getReconcileHashCode());
    var delta = client.getDelta().getEntity();
    say("delta", delta.getRegisteredApplications("REST").getInstances().size() + " " + all.getAppsHashCode());
    say("by vip", client.getVip("rest.example").getEntity().getRegisteredApplications().size());
    say("cancel", client.cancel(one.getAppName(), one.getId()).getStatusCode());
    say("cancel again", client.cancel(one.getAppName(), one.getId()).getStatusCode());
    client.shutdown();
    replicate(url);
  }

  private static void replicate(String url) {
    var config = new EurekaServerConfigBean();
    var codecs = new DefaultServerCodecs(config);
    var peer = Jersey3ReplicationClient.createReplicationClient(config, codecs, url);
    InstanceInfo two = instance("rest-2", 2);
    // One by one, as servers told each other before there were batches.
    say("heartbeat by a peer, of nobody", peer.sendHeartBeat(two.getAppName(), two.getId(), two, null).getStatusCode());
    say("register by a peer", peer.register(two).getStatusCode());
    var beat = peer.sendHeartBeat(two.getAppName(), two.getId(), two, null);
    say("heartbeat by a peer", beat.getStatusCode() + " " + beat.getEntity());
    say("override by a peer", peer.statusUpdate(two.getAppName(), two.getId(), InstanceStatus.OUT_OF_SERVICE, two).getStatusCode());
    say("override removed by a peer", peer.deleteStatusOverride(two.getAppName(), two.getId(), two).getStatusCode());
    say("cancel by a peer", peer.cancel(two.getAppName(), two.getId()).getStatusCode());
    say("cancel by a peer again", peer.cancel(two.getAppName(), two.getId()).getStatusCode());
    var list = new ReplicationList();
    list.addReplicationInstance(new ReplicationInstance(two.getAppName(), two.getId(), two.getLastDirtyTimestamp(), null, two.getStatus().name(), two, Action.Register));
    list.addReplicationInstance(new ReplicationInstance(two.getAppName(), two.getId(), two.getLastDirtyTimestamp(), null, two.getStatus().name(), null, Action.Heartbeat));
    list.addReplicationInstance(new ReplicationInstance(two.getAppName(), two.getId(), 1L, null, two.getStatus().name(), null, Action.Heartbeat));
    list.addReplicationInstance(new ReplicationInstance(two.getAppName(), "nobody", 1L, null, two.getStatus().name(), null, Action.Heartbeat));
    list.addReplicationInstance(new ReplicationInstance(two.getAppName(), two.getId(), null, null, null, null, Action.Cancel));
    var answer = peer.submitBatchUpdates(list);
    var said = new StringBuilder(String.valueOf(answer.getStatusCode()));
    for (var item : answer.getEntity().getResponseList())
      said.append(' ').append(item.getStatusCode()).append(item.getResponseEntity() == null ? "" : "+" + item.getResponseEntity().getId());
    say("batch", said);
    peer.shutdown();
  }

  private static InstanceStatus status(EurekaHttpClient client, InstanceInfo one) {
    return client.getInstance(one.getAppName(), one.getId()).getEntity().getStatus();
  }

  private static InstanceInfo instance(String id, int at) {
    return InstanceInfo.Builder.newBuilder()
        .setInstanceId(id)
        .setAppName("rest")
        .setHostName("h" + at + ".example")
        .setIPAddr("10.1.0." + at)
        .setPort(8080)
        .setVIPAddress("rest.example")
        .setStatus(InstanceStatus.UP)
        .setDataCenterInfo(new MyDataCenterInfo(DataCenterInfo.Name.MyOwn))
        .setLeaseInfo(LeaseInfo.Builder.newBuilder().setRenewalIntervalInSecs(30).setDurationInSecs(90).build())
        .add("colour", "blue")
        .build();
  }

  private static void say(String what, Object found) {
    System.out.println(what + ": " + found);
  }
}
