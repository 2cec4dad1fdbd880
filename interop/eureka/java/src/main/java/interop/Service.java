package interop;

import java.util.List;
import java.util.Scanner;
import java.util.TreeSet;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.discovery.DiscoveryClient;

/**
 * A Spring service as thousands are. For each service that a line names it prints who of it is there, by its own client; or,
 * with the word "rest", what Netflix's clients got. With the word "server" it is a Eureka server. Ends with its input.
 */
@SpringBootApplication
public class Service {
  public static void main(String[] args) throws Exception {
    if (args.length > 1 && args[0].equals("rest")) {
      Rest.main(args[1]);
      return;
    }
    if (args.length > 0 && args[0].equals("server")) {
      peer.Server.main(java.util.Arrays.copyOfRange(args, 1, args.length));
      return;
    }
    try (var context = new SpringApplicationBuilder(Service.class).run(args); var lines = new Scanner(System.in)) {
      DiscoveryClient client = context.getBean(DiscoveryClient.class);
      System.out.println("ready");
      while (lines.hasNextLine()) System.out.println("who " + who(client.getInstances(lines.nextLine())));
    }
  }

  private static String who(List<ServiceInstance> instances) {
    var found = new TreeSet<String>();
    for (var one : instances) found.add(one.getHost() + ":" + one.getPort() + (one.isSecure() ? "+" : "") + one.getMetadata());
    return String.join(" ", found);
  }
}
