"""Invented people are drawn from these lists: common given and family names of several origins.

Every character exists in Windows-1252, so that a planted wrong encoding can hold every name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class NameLists:
    """Names by origin of the family, and how they are chosen.

    Attributes
    ----------
    shares : mapping
        Origin to percentage of the families; the order of the origins is their number.
    given, family : mapping
        Origin to names, the commonest first.
    languages : tuple of str
        Language at home of each origin.
    pick_given, pick_family : str
        SQL for the place of a name in a list of ``n``, from ``x`` in [0, 1).
    anglicized : float
        Share of the families of other origins that choose from the given names of the first.
    two_names : float
        Share of the families of the second origin whose children bear both family names without a hyphen.
    """

    shares: Mapping[str, int]
    given: Mapping[str, tuple[str, ...]]
    family: Mapping[str, tuple[str, ...]]
    languages: tuple[str, ...]
    pick_given: str
    pick_family: str
    anglicized: float = 0.0
    two_names: float = 0.0


def split_names(text: str) -> tuple[str, ...]:
    """Names separated by commas and line ends."""
    return tuple(name.strip() for name in text.replace("\n", ",").split(",") if name.strip())


# The share of families per origin; the keys are those of GIVEN and FAMILY.
SHARES: Final[dict[str, int]] = {
    "english": 40,
    "spanish": 26,
    "asian": 12,
    "african": 9,
    "european": 13,
}

GIVEN: Final[dict[str, tuple[str, ...]]] = {
    "english": split_names("""
        Emma, Liam, Olivia, Noah, Ava, Mason, Sophia, Logan, Charlotte, Lucas, Harper, Ethan,
        Amelia, Owen, Evelyn, Caleb, Abigail, Wyatt, Emily, Henry, Ella, Jack, Grace, Levi,
        Chloe, Isaac, Lily, Nathan, Hannah, Dylan, Nora, Aaron, Hazel, Connor, Violet, Hunter,
        Aurora, Adrian, Stella, Jordan, Lucy, Austin, Paisley, Carson, Naomi, Robert, Claire,
        Kevin, Skylar, Parker, Ruby, Tyler, Alice, Brandon, Sadie, Cooper, Hailey, Ian, Eva,
        Blake, Autumn, Gavin, Quinn, Chase, Piper, Max, Willa, Jonah, June, Sawyer, Margaret,
        Mary-Kate, Theodore, Eleanor, Rowan, Beth, Garrett, Faye, Miles, Joanna, Trevor, Sally,
        Wesley, Bridget, Dean, Colleen, Grant, Molly, Reid, Tess, Scott, Ivy, Philip, Megan"""),
    "spanish": split_names("""
        Sofía, Mateo, Valentina, Santiago, Camila, Diego, Ximena, Alejandro, Lucía, Sebastián,
        Mariana, Emiliano, Daniela, Ángel, Gabriela, Andrés, Renata, Joaquín, Elena, Luis,
        Natalia, Carlos, Paola, Javier, Ana, Rafael, Marisol, Héctor, Esperanza, Julio,
        Guadalupe, Óscar, Rosa, Iván, Carmen, Jesús, Itzel, Ramón, Noemí, Rubén, Ana María,
        José Luis, Pilar, Ernesto, Beatriz, Tomás, Inés, Hugo, Belén, Raúl, Yolanda, César"""),
    "asian": split_names("""
        Mei, Wei, Priya, Arjun, Linh, Minh, Aisha, Omar, Yuki, Kenji, Soo-jin, Min-jun, Ananya,
        Rohan, Thu, Duc, Fatima, Yusuf, Hana, Haruto, Ji-woo, Hyun, Kavya, Vikram, Lan, Bao,
        Zara, Imran, Sakura, Ren, Xiu, Jian, Neha, Sanjay, Ngoc, Tuan, Leila, Karim, Divya,
        Anil, Malia, Kalani, Jasmine, Dilip, Noor, Tariq, Rania, Samir, Pallavi, Gopal"""),
    "african": split_names("""
        Amara, Kwame, Zuri, Jabari, Imani, Malik, Nia, Darius, Aaliyah, Tyrone, Keisha, Andre,
        Latoya, Marcus, Tiana, Xavier, Ebony, Jalen, Destiny, Isaiah, Ayanna, Elijah, Chidi,
        Ngozi, Kofi, Abena, Tunde, Folake, Sekou, Mariama, Desta, Hiwot, Abdi, Hodan, DeShawn,
        D'Andre, Ja'Nae, Nyah, Terrell, Monique, Reginald, Simone, Cedric, Yvette"""),
    "european": split_names("""
        Anneliese, Björn, Chloé, Lukas, Zoë, François, Ingrid, Matthias, Élise, Søren, Magda,
        Piotr, Katarina, Nikolai, Giulia, Matteo, Noémie, Anders, Freya, Stefan, Irena, Goran,
        Renée, Théo, Saoirse, Niamh, Ciarán, Siobhán, Anja, Jürgen, Ilse, Milan, Vesna, Luca,
        Chiara, Dimitri, Eleni, Nils, Astrid, Oksana, Taras, Jean-Luc, Marie-Claire, Anouk"""),
}

FAMILY: Final[dict[str, tuple[str, ...]]] = {
    "english": split_names("""
        Smith, Johnson, Williams, Brown, Jones, Miller, Davis, Wilson, Anderson, Taylor, Moore,
        Jackson, Martin, Thompson, White, Harris, Clark, Lewis, Robinson, Walker, Young, Allen,
        King, Wright, Scott, Hill, Green, Adams, Baker, Nelson, Mitchell, Campbell, Roberts,
        Carter, Phillips, Evans, Turner, Parker, Collins, Edwards, Stewart, Morris, Murphy,
        Cook, Rogers, Morgan, Cooper, Peterson, Bailey, Reed, Kelly, Howard, Ward, Watson,
        Brooks, Bennett, Gray, Hughes, Price, Myers, Long, Foster, Ross, Powell, Sullivan,
        Russell, Hamilton, Graham, Fisher, Ellis, Marshall, West, Cole, Hayes, Bryant, Ford,
        O'Brien, O'Connor, O'Neill, McDonald, McCarthy, MacLeod, Fitzgerald, St. Clair, Tully,
        Ashford, Bramwell, Calloway, Dunmore, Eastwick, Farrow, Garland, Hollis, Ingram, Jarvis,
        Kirkby, Larkin, Merrill, Norwood, Oakes, Prescott, Quigley, Radcliffe, Sheldon, Thorne,
        Underwood, Vance, Whitlock, Yardley, Alden, Birch, Coburn, Draper, Emerson, Fulton"""),
    "spanish": split_names("""
        García, Rodríguez, Martínez, Hernández, López, González, Pérez, Sánchez, Ramírez,
        Torres, Flores, Rivera, Gómez, Díaz, Reyes, Morales, Cruz, Ortiz, Gutiérrez, Chávez,
        Ramos, Ruiz, Mendoza, Álvarez, Castillo, Jiménez, Vásquez, Romero, Moreno, Medina,
        Aguilar, Vega, Castro, Vargas, Guzmán, Muñoz, Salazar, Soto, Núñez, Peña, Delgado,
        de la Cruz, de León, del Río, de la Rosa, Ponce de León, Ibáñez, Quiñones, Zúñiga,
        Acuña, Barrios, Cisneros, Dueñas, Escobar, Figueroa, Galván, Huerta, Iturbide, Lozano,
        Madrigal, Navarro, Ochoa, Palacios, Quintero, Robles, Segura, Trujillo, Urbina, Valdés"""),
    "asian": split_names("""
        Nguyen, Tran, Le, Pham, Hoang, Vu, Dang, Kim, Lee, Park, Choi, Jung, Kang, Cho, Yoon,
        Wang, Li, Zhang, Liu, Chen, Yang, Huang, Zhao, Wu, Zhou, Lin, Patel, Shah, Singh, Kumar,
        Sharma, Gupta, Reddy, Rao, Iyer, Desai, Mehta, Khan, Ahmed, Hussain, Ali, Rahman, Malik,
        Tanaka, Suzuki, Sato, Watanabe, Nakamura, Yamamoto, Santos, Bautista, Dela Cruz, Reyes,
        Haddad, Nassar, Khoury, Farah, Al-Sayed, Abu Bakr, Aziz, Kahale, Kealoha, Chowdhury"""),
    "african": split_names("""
        Washington, Jefferson, Banks, Booker, Coleman, Dorsey, Gaines, Hampton, Ivory, Joseph,
        Okafor, Adeyemi, Mensah, Boateng, Owusu, Diallo, Traoré, N'Diaye, Cissé, Keita, Bekele,
        Tesfaye, Haile, Abebe, Mohamed, Warsame, Osman, Kamara, Conteh, Sesay, Nkosi, Dlamini,
        Moyo, Banda, Mwangi, Otieno, Njoroge, Kimani, Eze, Obi, Balogun, Toussaint, Baptiste,
        Jean-Pierre, Desrosiers, St. Fleur, Freeman, Gibbs, Hightower, Mayfield, Tubman"""),
    "european": split_names("""
        Müller, Schneider, Weber, Schäfer, Köhler, Bauer, Lefèvre, Dubois, Moreau, Gagné,
        Beauchêne, Rossi, Ferrari, D'Angelo, De Luca, Esposito, Kowalski, Nowak, Wozniak,
        Lewandowski, Ivanov, Petrov, Kozlov, Shevchenko, Bondarenko, Novák, Dvorák, Horvat,
        Jovanovic, Papadopoulos, Georgiou, van den Berg, van Dijk, de Vries, von Stein, Jansen,
        Lindqvist, Johansson, Sørensen, Håkansson, Nyström, Virtanen, Korhonen, Kaya, Demir,
        Nagy, Szabó, Costa, Silva, Da Silva, Ferreira, Magalhães, Åberg, Ødegaard, Brandt"""),
}

# Common names come first in the lists, and a skewed choice makes them commoner still.
_SKEWED: Final = "floor(n * pow(x, 1.5))"
#: The lists of every sample that was not asked for more.
FEW: Final = NameLists(SHARES, GIVEN, FAMILY, ("en", "es", "zh", "fr", "de"), _SKEWED, _SKEWED)

# Invented place names for districts and schools.
PLACES: Final[tuple[str, ...]] = split_names("""
    Maple Valley, Cedar Ridge, Willow Creek, Stone Bridge, Fox Hollow, Lark Meadow, Quarry Hill,
    Blue Heron, Elm Grove, Copper Canyon, Sage Flats, Otter Bend, Juniper Point, Harvest Plain,
    Silver Birch, Goose Lake, Red Barn, North Orchard, Granite Pass, Prairie Star, Clover Field,
    Hidden Spring, Old Mill, Pine Barrens, Sandy Neck, Thistle Down, Aspen Glade, Marsh Hawk,
    Long Pond, Wren Wood, Amber Hollow, Beech Run, Canal Side, Dove Cote, East Harbor, Fern Dale""")

# Geographic area codes of the United States, so that invented numbers are possible numbers.
AREA_CODES: Final[tuple[str, ...]] = split_names("""
    201,202,203,205,206,207,208,209,210,212,213,214,215,216,217,218,219,224,225,228,229,231,234,
    239,240,248,251,252,253,254,256,260,262,267,269,270,276,281,301,302,303,304,305,307,308,309,
    310,312,313,314,315,316,317,318,319,320,321,323,325,330,334,336,337,339,347,351,352,360,361,
    386,401,402,404,405,406,407,408,409,410,412,413,414,415,417,419,423,424,425,430,432,434,435,
    440,443,469,478,479,480,484,501,502,503,504,505,507,508,509,510,512,513,515,516,517,518,520,
    530,540,541,551,559,561,562,563,567,570,571,573,574,580,585,586,601,602,603,605,606,607,608,
    609,610,612,614,615,616,617,618,619,620,623,626,630,631,636,641,646,650,651,660,661,662,678,
    701,702,703,704,706,707,708,712,713,714,715,716,717,718,719,720,724,727,731,732,734,740,754,
    757,760,763,765,770,772,773,774,775,781,785,786,801,802,803,804,805,806,808,810,812,813,814,
    815,816,817,818,828,830,831,832,843,845,847,850,856,857,858,859,860,863,864,865,870,878,901,
    903,904,906,907,908,909,910,912,913,914,915,916,917,918,919,920,925,928,931,936,937,940,941,
    947,949,951,952,954,956,970,971,972,973,978,979,980,985,989""")
