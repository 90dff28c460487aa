"""Family names of the wider tables, the commonest of each origin first; every character exists in Windows-1252.

Where a language builds family names from few parts, so does this module: the rare names of a district are many.
"""

from __future__ import annotations

from typing import Final

ENGLISH: Final = """
    Smith, Johnson, Williams, Brown, Jones, Miller, Davis, Wilson, Anderson, Thomas, Taylor, Moore, Martin, Jackson,
    Thompson, White, Harris, Clark, Lewis, Robinson, Walker, Young, Allen, King, Wright, Scott, Hill, Green, Adams,
    Nelson, Baker, Hall, Campbell, Mitchell, Carter, Roberts, Phillips, Evans, Turner, Parker, Edwards, Collins,
    Stewart, Morris, Murphy, Cook, Rogers, Morgan, Peterson, Cooper, Reed, Bailey, Bell, Kelly, Howard, Ward, Cox,
    Richardson, Wood, Watson, Brooks, Bennett, Gray, James, Hughes, Price, Myers, Long, Foster, Sanders, Ross, Powell,
    Sullivan, Russell, Jenkins, Perry, Butler, Barnes, Fisher, Henderson, Coleman, Simmons, Patterson, Jordan,
    Reynolds, Hamilton, Graham, Wallace, Cole, West, Hayes, Ellis, Bryant, Ford, Marshall, Owens, Harrison, Woods,
    McDonald, Kennedy, Wells, Henry, Freeman, Webb, Tucker, Burns, Crawford, Olson, Simpson, Porter, Hunter, Gordon,
    Hicks, Hunt, Palmer, Black, Robertson, Holmes, Stone, Meyer, Boyd, Mills, Warren, Fox, Rose, Rice, Schmidt, Dunn,
    Ryan, Hansen, Weaver, Arnold, Armstrong, Lynch, Ferguson, Nichols, Burke, Knight, Hudson, Lane, Duncan, Elliott,
    Cunningham, Bradley, Carroll, Hoffman, Johnston, Larson, Carlson, Griffin, Matthews, Jensen, Hart, Hawkins, Kim,
    O'Brien, O'Connor, O'Neill, O'Donnell, O'Leary, O'Malley, McCarthy, McCoy, McKinney, McLaughlin, McGuire, McBride,
    MacLeod, MacDonald, Fitzgerald, Fitzpatrick, St. Clair, St. John, Van Horn, Van Buren, Vaughn, Schwartz, Becker,
    Wagner, Keller, Weber, Fischer, Klein, Zimmerman, Snyder, Hoover, Swanson, Lindgren, Erickson, Gustafson, Nielsen,
    Bauer, Krueger, Lang, Frank, Haas, Stein, Berg, Lund, Dahl, Holt, Nash, Finch, Frost, Blake, Chandler, Mason,
    Potter, Sawyer, Thatcher, Tanner, Fletcher, Archer, Spencer, Stafford, Warner, Whitaker, Yates, York, Abbott"""
ENGLISH_PARTS: Final = (
    "Ash Black Brad Brom Burn Clay Cran Dal East Fair Farn Graf Green Had Hal Hart Hazel Hol Kings Lan Lin Long Mar "
    "Mid Nor Oak Old Pem Pres Red Rock Ruther Shel Stan Stock Stra Thorn Wake Wal West Whit Win Wood",
    "bourne bridge brook by combe cott croft dale den field ford grave ham hurst land ley man mere more ridge shaw "
    "stead ston ton well wick wood worth",
)

BLACK: Final = """
    Williams, Johnson, Smith, Jones, Brown, Jackson, Davis, Thomas, Harris, Robinson, Taylor, Wilson, Moore, Washington,
    White, Walker, Lewis, Thompson, Scott, Green, Jefferson, Carter, Anderson, Wright, Hill, Banks, Coleman, Allen,
    Mitchell, James, Young, King, Dorsey, Gaines, Booker, Hampton, Joseph, Franklin, Mosley, Singleton, Glover,
    Muhammad, Battle, Gadson, Pettway, Merriweather, Broadnax, Hightower, Mayfield, Freeman, Gibbs, Ivory, Tubman,
    Toussaint, Baptiste, Pierre, Jean-Baptiste, Jean-Louis, St. Fleur, Desrosiers, Charles, Alexis, Celestin, Bell"""

SPANISH: Final = """
    García, Rodríguez, Martínez, Hernández, López, González, Pérez, Sánchez, Ramírez, Torres, Flores, Rivera, Gómez,
    Díaz, Reyes, Morales, Cruz, Ortiz, Gutiérrez, Chávez, Ramos, Ruiz, Mendoza, Álvarez, Castillo, Jiménez, Vásquez,
    Romero, Herrera, Medina, Aguilar, Vargas, Castro, Guzmán, Méndez, Fernández, Moreno, Muñoz, Salazar, Garza, Soto,
    Vega, Delgado, Rojas, Ríos, Alvarado, Guerrero, Contreras, Ortega, Núñez, Estrada, Sandoval, Peña, Maldonado, León,
    Valdez, Domínguez, Santiago, Espinoza, Santos, Cortez, Acosta, Lara, Juárez, Velásquez, Mejía, Figueroa, Campos,
    Cervantes, Molina, Padilla, Miranda, Carrillo, Fuentes, Navarro, Trujillo, Ayala, Lozano, Silva, Rosales, Serrano,
    Ochoa, Salinas, Cárdenas, Suárez, Robles, Zamora, Solís, Avila, Pacheco, Montoya, Galván, Duarte, Camacho, Nava,
    Villarreal, Tapia, Ibarra, Orozco, Calderón, Bautista, Villanueva, Rosario, Gallegos, Zavala, Luna, Cabrera, Mora,
    Macías, Velez, Colón, Marín, Escobar, Palacios, Barrera, Trevino, Beltrán, Cantú, Quintero, Castañeda, Rangel,
    de la Cruz, de León, de la Rosa, de los Santos, del Río, del Toro, de la Torre, de la Garza, Ponce de León, Zúñiga,
    Quiñones, Ibáñez, Acuña, Dueñas, Iturbide, Urbina, Valdés, Madrigal, Barrios, Cisneros, Segura, Huerta, Tovar,
    Bonilla, Arellano, Arroyo, Benítez, Cordero, Cuevas, Escamilla, Franco, Gallardo, Guevara, Leyva, Lugo, Magaña,
    Marroquín, Meza, Murillo, Ojeda, Olvera, Osorio, Paredes, Pineda, Quezada, Rentería, Rosas, Rubio, Saldaña, Sosa,
    Téllez, Tejada, Uribe, Valencia, Varela, Vera, Vidal, Yáñez, Zapata, Zepeda, Aguirre, Anaya, Arias, Barajas"""

VIETNAMESE: Final = """
    Nguyen, Tran, Le, Pham, Hoang, Huynh, Vo, Vu, Phan, Dang, Bui, Do, Ho, Ngo, Duong, Ly, Truong, Dinh, Doan, Lam,
    Mai, Trinh, Dao, Cao, Luong, Ha, Chau, Ta, Thai, Quach, Kieu, To, Vuong, Hua, Lieu, Tang, Diep, Banh, Giang"""
CHINESE: Final = """
    Wang, Li, Zhang, Chen, Liu, Lin, Huang, Yang, Wu, Zhao, Wong, Zhou, Lee, Xu, Chan, Sun, Ma, Zhu, Hu, Guo, He, Gao,
    Luo, Zheng, Liang, Xie, Song, Tang, Deng, Han, Feng, Cao, Peng, Zeng, Xiao, Tian, Dong, Pan, Yuan, Cai, Jiang, Yu,
    Du, Ye, Cheng, Wei, Su, Lu, Ding, Ren, Shen, Yao, Lau, Chang, Cheung, Leung, Ho, Ng, Tsai, Hsu, Au Yeung, Ou Yang"""
EAST_ASIAN: Final = """
    Kim, Lee, Park, Choi, Jung, Kang, Cho, Yoon, Jang, Lim, Santos, Reyes, Cruz, Bautista, Dela Cruz, Garcia, Mendoza,
    Ramos, Aquino, Villanueva, Dela Rosa, Delos Reyes, Mercado, Pascual, Manalo, Tolentino, Tanaka, Suzuki, Sato,
    Watanabe, Nakamura, Yamamoto, Kobayashi, Ito, Kahale, Kealoha, Kamakau, Kahananui, Tuiasosopo, Faleafa, Vang, Xiong,
    Yang, Lor, Her, Moua, Thao, Keo, Sok, Chhim, Shin, Han, Oh, Seo, Kwon, Hwang, Ahn, Song, Yamada, Fujimoto"""
SOUTH_ASIAN: Final = """
    Patel, Singh, Kumar, Shah, Sharma, Khan, Gupta, Kaur, Reddy, Rao, Desai, Mehta, Joshi, Iyer, Nair, Das, Verma,
    Ahmed, Hussain, Malik, Chowdhury, Rahman, Islam, Begum, Krishnan, Srinivasan, Subramanian, Venkatesan, Raman,
    Agarwal, Jain, Kapoor, Chopra, Malhotra, Bhatt, Trivedi, Parikh, Gandhi, Thapa, Gurung, Tamang, Rai, Shrestha,
    Adhikari, Bhattarai, Sherpa, Fernando, Perera, Silva, Dhillon, Sidhu, Gill, Grewal, Sandhu, Qureshi, Siddiqui"""
ARABIC: Final = """
    Ali, Ahmed, Mohamed, Hassan, Ibrahim, Hussein, Khan, Abdullah, Mohammed, Saleh, Haddad, Nasser, Khoury, Mansour,
    Farah, Al-Sayed, Al-Hassan, Al-Rashid, El-Amin, El-Masri, Abu Bakr, Abu Zaid, Nassar, Hamdan, Aziz, Salem, Saad,
    Khalil, Youssef, Mahmoud, Osman, Said, Taha, Sabbagh, Shaheen, Barakat, Awad, Darwish, Qasim, Jaber, Al-Khatib,
    Al-Mahdi, Abdul Rahman, Hamad, Bishara, Tawfiq, Rahimi, Ahmadi, Noori, Karimi, Hashimi, Sharifi, Azizi, Nazari"""
SLAVIC: Final = """
    Ivanov, Petrov, Kozlov, Shevchenko, Kovalenko, Bondarenko, Melnyk, Tkachenko, Nowak, Kowalski, Wisniewski, Wozniak,
    Lewandowski, Kaminski, Zielinski, Novák, Dvorák, Horvat, Jovanovic, Petrovic, Markovic, Popov, Volkov, Smirnov,
    Sokolov, Morozov, Lysenko, Rudenko, Savchenko, Kravchenko, Boyko, Moroz, Polishchuk, Marchenko, Hodzic, Begovic"""
SLAVIC_PARTS: Final = (
    "Alek Bor Dan Dem Fed Gor Grig Igna Kir Klim Kon Kor Kuz Laz Mak Mar Nik Orl Pan Pav Rom Sid Stan Tar Tim Vas Yak "
    "Zah",
    "enko ov ovic ski uk chuk ev in ich yuk",
)
WEST_AFRICAN: Final = """
    Mensah, Diallo, Okafor, Boateng, Owusu, Adeyemi, Traoré, Keita, Kamara, Bah, Barry, Sow, Jallow, Conteh, Sesay,
    Okoro, Eze, Obi, Nwosu, Balogun, Osei, Asante, Appiah, Amoah, Cissé, N'Diaye, N'Guessan, Touré, Koné, Ouattara,
    Sylla, Camara, Bangura, Mohamed, Abdi, Warsame, Ali, Hassan, Tesfaye, Bekele, Haile, Abebe, Gebremariam, Mwangi,
    Otieno, Kamau, Njoroge, Mbeki, Dlamini, Nkosi, Moyo, Banda, Phiri, Tshibangu, Ilunga, Mukendi, Nkurunziza, Deng"""
WEST_AFRICAN_PARTS: Final = (
    "Ade Ola Olu Ogun Ayo Chukwu Nwa Oko Ike Uche",
    "yemi bayo wale niyi kunle dele mide bisi toye sanya ma kwe nna neme ji",
)
EUROPEAN: Final = """
    Rossi, Russo, Ferrari, Esposito, Romano, Ricci, De Luca, D'Angelo, D'Amico, Di Stefano, La Rosa, Müller, Schneider,
    Schäfer, Köhler, Krüger, Lefèvre, Dubois, Moreau, Gagné, Beauchêne, Lévesque, Bélanger, Côté, van den Berg,
    van Dijk, de Vries, de Jong, van der Meer, von Stein, Jansen, Lindqvist, Johansson, Sørensen, Håkansson, Nyström,
    Virtanen, Korhonen, Kaya, Demir, Yilmaz, Nagy, Szabó, Costa, Ferreira, Da Silva, Dos Santos, Oliveira, Magalhães,
    Åberg, Ødegaard, Brandt, Papadopoulos, Georgiou, Pappas, Hakobyan, Sargsyan, Petrosyan, Kelmendi, Hoxha, Berisha"""
